package dev.dpo4j.blob;

/** No finished blob has this id. */
public class UnknownBlobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownBlobException(String blobId) {
        super("There is no blob " + blobId);
    }
}

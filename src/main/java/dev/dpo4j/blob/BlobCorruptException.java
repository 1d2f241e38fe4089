package dev.dpo4j.blob;

/** A stored blob is not what was written: a part is missing, or its bytes changed. The message names blob and part. */
public class BlobCorruptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BlobCorruptException(String blobId, int sequence, String what) {
        super("Blob %s is corrupt: part %d %s. Restore the database from a backup, or delete what refers to the blob."
                .formatted(blobId, sequence, what));
    }
}

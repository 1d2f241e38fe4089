package dev.dpo4j.dataset;

/** No file has this id. */
public final class UnknownFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownFileException(String id) {
        super("There is no file '" + id + "'. GET /v1/files lists those there are.");
    }
}

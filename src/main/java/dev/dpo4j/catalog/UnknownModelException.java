package dev.dpo4j.catalog;

/** The catalog has no model of this id. */
public final class UnknownModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownModelException(String id) {
        super("There is no model \"" + id + "\"; GET /v1/models lists those there are");
    }
}

package dev.dpo4j.catalog;

/** The model is in the catalog but cannot be used; the message says what is wrong with it. */
public final class BrokenModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BrokenModelException(String id, String reason) {
        super("The model \"" + id + "\" cannot be used: " + reason);
    }

    BrokenModelException(String id, String reason, Throwable cause) {
        super("The model \"" + id + "\" cannot be used: " + reason, cause);
    }
}

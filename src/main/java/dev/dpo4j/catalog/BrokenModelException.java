package dev.dpo4j.catalog;

/** The model is in the catalog but cannot be used; the message says what is wrong with it. */
public final class BrokenModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    BrokenModelException(String id, String reason) {
        super(message(id, reason));
        this.reason = reason;
    }

    BrokenModelException(String id, String reason, Throwable cause) {
        super(message(id, reason), cause);
        this.reason = reason;
    }

    /** What is wrong with it, without its name. */
    String reason() {
        return reason;
    }

    private static String message(String id, String reason) {
        return "The model \"" + id + "\" cannot be used: " + reason;
    }
}

package dev.dpo4j.dataset;

/** A preference that cannot be used: where in the row, and what is wrong with it. */
public final class InvalidRowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String reason;

    public InvalidRowException(String pointer, String reason) {
        super((pointer.isEmpty() ? "" : pointer + ": ") + reason);
        this.pointer = pointer;
        this.reason = reason;
    }

    /** JSON pointer (RFC 6901) into the row; empty: the row itself. */
    public String pointer() {
        return pointer;
    }

    /** What is wrong and, where it is not plain, what to do. */
    public String reason() {
        return reason;
    }
}

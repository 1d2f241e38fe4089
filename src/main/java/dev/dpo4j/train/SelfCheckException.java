package dev.dpo4j.train;

/** Something that holds whatever the data does not hold: a fault of the service or of what it has stored; the message says which. */
public final class SelfCheckException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SelfCheckException(String message) {
        super(message);
    }
}

package dev.dpo4j.train;

/** The loss or the gradient became NaN or infinite; the message names the step and the rows. */
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NonFiniteException(String message) {
        super(message);
    }
}

package dev.dpo4j.job;

/** A page was asked for that starts after something which does not exist: never answered with the first page. */
public final class UnknownCursorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownCursorException(String after) {
        super("There is nothing with the id '%s' to continue after. Use the id of the last entry of the page before."
                .formatted(after));
    }
}

package dev.dpo4j.move;

/** A database cannot be carried over. The message says why, and what to do; nothing has been changed. */
class MoveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MoveException(String message) {
        super(message);
    }

    MoveException(String message, Throwable cause) {
        super(message, cause);
    }
}

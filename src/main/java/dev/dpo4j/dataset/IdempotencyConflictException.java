package dev.dpo4j.dataset;

/** An idempotency key came before, with another body. */
public final class IdempotencyConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IdempotencyConflictException(String key) {
        super("The Idempotency-Key '" + key + "' was used with another body. Use a new key for a new request.");
    }
}

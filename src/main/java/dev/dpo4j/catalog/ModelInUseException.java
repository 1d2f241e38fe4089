package dev.dpo4j.catalog;

/** A tuned model cannot be deleted yet; the message says what needs it. */
public final class ModelInUseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ModelInUseException(String id, String by) {
        super("The model \"" + id + "\" cannot be deleted: " + by);
    }
}

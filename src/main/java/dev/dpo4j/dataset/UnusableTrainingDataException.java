package dev.dpo4j.dataset;

/** There is such a file or dataset, but nothing can be trained on it. */
public final class UnusableTrainingDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableTrainingDataException(String id, String reason) {
        super("'" + id + "' cannot be trained on: " + reason);
    }
}

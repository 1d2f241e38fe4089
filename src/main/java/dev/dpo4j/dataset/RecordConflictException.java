package dev.dpo4j.dataset;

/** A record's id is taken by another preference of the same dataset. */
public final class RecordConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RecordConflictException(String dataset, String recordId, long sequence) {
        super(
                ("The dataset '%s' already holds another preference with the id '%s' (number %d). Preferences are never changed:"
                                + " send the new one under an id of its own.")
                        .formatted(dataset, recordId, sequence));
    }
}

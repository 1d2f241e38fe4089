package dev.dpo4j.dataset;

/** There is neither a file of this id nor a dataset of this name. */
public final class UnknownTrainingDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownTrainingDataException(String id) {
        super("There is no file and no dataset '" + id
                + "'. Upload one with POST /v1/files, or name a dataset of GET /v1/datasets.");
    }
}

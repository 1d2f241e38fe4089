package dev.dpo4j.dataset;

/** No dataset has this name. */
public final class UnknownDatasetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownDatasetException(String name) {
        super("There is no dataset '" + name + "'. POST /v1/datasets/{name}/preferences makes one.");
    }
}

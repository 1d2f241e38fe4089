package dev.dpo4j.job;

/** No job has this id. */
public final class UnknownJobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownJobException(String id) {
        super("There is no fine-tuning job '%s'. GET /v1/fine_tuning/jobs lists them.".formatted(id));
    }
}

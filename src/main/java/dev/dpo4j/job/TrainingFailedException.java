package dev.dpo4j.job;

import org.jspecify.annotations.Nullable;

/** A job cannot be run, for a reason its owner can understand and remove. It becomes the job's error. */
final class TrainingFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final @Nullable String param;

    /**
     * @param code for programs, such as {@code invalid_training_file}
     * @param message what is wrong, where, and what to do
     * @param param the request's field that is to blame; null: none
     */
    TrainingFailedException(String code, String message, @Nullable String param) {
        super(message);
        this.code = code;
        this.param = param;
    }

    JobError error() {
        return new JobError(code, String.valueOf(getMessage()), param);
    }
}

package dev.dpo4j.job;

import org.jspecify.annotations.Nullable;

/**
 * Why a job failed.
 *
 * @param code for programs, such as {@code non_finite}
 * @param message what happened, where, and what to do
 * @param param the request's field that is to blame; null: none
 */
public record JobError(
        String code, String message, @Nullable String param) {

    public JobError {
        message = Storable.text(message);
    }
}

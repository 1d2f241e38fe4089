package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Kinds of problems, for programs. What each means, and what to do about it, is on the page {@code docs/errors.md}. */
enum ProblemCode {
    // what was sent
    INVALID_JSON,
    INVALID_MULTIPART,
    INVALID_REQUEST,
    INVALID_TYPE,
    INVALID_VALUE,
    MISSING_FIELD,
    UNKNOWN_FIELD,
    UNSUPPORTED_FIELD,
    UNSUPPORTED_VALUE,
    REQUEST_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    NOT_ACCEPTABLE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PAGE_NOT_FOUND,
    UNKNOWN_CURSOR,
    // who may
    INVALID_API_KEY,
    HOST_NOT_ALLOWED,
    // preferences
    INVALID_PREFERENCE,
    FILE_NOT_FOUND,
    INVALID_FILE,
    FILE_IN_USE,
    DATASET_NOT_FOUND,
    RECORD_CONFLICT,
    IDEMPOTENCY_KEY_REUSED,
    // models
    MODEL_NOT_FOUND,
    MODEL_UNUSABLE,
    MODEL_IN_USE,
    MODEL_NOT_DELETABLE,
    MODEL_TOO_LARGE,
    MODEL_MEMORY_FULL,
    NO_TOKENIZER,
    VOCABULARY_MISMATCH,
    // jobs
    JOB_NOT_FOUND,
    WRONG_JOB_STATE,
    // losses and completions
    CONTEXT_LENGTH_EXCEEDED,
    TOO_MANY_TOKENS,
    TOO_LARGE,
    NON_FINITE,
    // the service
    STORAGE_FULL,
    DATABASE_UNAVAILABLE,
    UNAVAILABLE,
    INTERNAL_ERROR;

    /** As it is sent. */
    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

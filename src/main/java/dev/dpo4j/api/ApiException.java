package dev.dpo4j.api;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A request that cannot be served, with the answer it gets. For controllers; other packages throw exceptions of their own, which
 * an advice ordered before {@link Problems} turns into one of these.
 */
class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final ProblemCode code;
    private final @Nullable String param;

    /**
     * An answer of this status.
     *
     * @param status the HTTP status
     * @param code the kind of problem, for programs
     * @param param the field or parameter to blame, with dots between the levels; or null
     * @param message what is wrong, where, and what to do
     */
    ApiException(HttpStatus status, ProblemCode code, @Nullable String param, String message) {
        super(message);
        this.status = status;
        this.code = code;
        this.param = param;
    }

    /** A 400 about a field or parameter. */
    static ApiException badRequest(ProblemCode code, @Nullable String param, String message) {
        return new ApiException(HttpStatus.BAD_REQUEST, code, param, message);
    }

    /** A 404 about a thing that does not exist. */
    static ApiException notFound(ProblemCode code, @Nullable String param, String message) {
        return new ApiException(HttpStatus.NOT_FOUND, code, param, message);
    }

    /** A 409: the thing exists, but its state forbids this. */
    static ApiException conflict(ProblemCode code, @Nullable String param, String message) {
        return new ApiException(HttpStatus.CONFLICT, code, param, message);
    }

    HttpStatus status() {
        return status;
    }

    ProblemCode code() {
        return code;
    }

    @Nullable
    String param() {
        return param;
    }

    String message() {
        return String.valueOf(getMessage());
    }
}

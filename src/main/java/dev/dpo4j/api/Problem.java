package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error as it is sent: problem details (RFC 9457) with OpenAI's {@code error} member beside them, so that both kinds of client
 * can read it.
 *
 * @param type always {@code about:blank}: the code in {@code error} tells problems apart
 * @param title the status in words
 * @param status the HTTP status
 * @param detail what is wrong, where, and what to do
 * @param instance path of the request
 * @param errors each fault found in the request, as far as it can be told
 * @param error the same for OpenAI's clients
 */
@Schema(description = "An error: problem details (RFC 9457) with OpenAI's error object beside them.")
record Problem(
        String type, String title, int status, String detail, String instance, List<Fault> errors, OpenAiError error) {

    /**
     * One fault in the request.
     *
     * @param pointer JSON pointer to the place in the body, or to a parameter's name
     * @param detail what is wrong there
     */
    @Schema(name = "Fault")
    record Fault(String pointer, String detail) {}

    /**
     * The error object of OpenAI's API.
     *
     * @param message what is wrong
     * @param type {@code invalid_request_error}, {@code rate_limit_error} or {@code server_error}
     * @param param the field or parameter that is to blame, with dots between the levels
     * @param code the kind of problem
     */
    @Schema(name = "OpenAiError")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record OpenAiError(
            String message, String type, @Nullable String param, ProblemCode code) {}
}

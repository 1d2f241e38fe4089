package dev.dpo4j.api;

import dev.dpo4j.api.Problem.Fault;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Makes and writes {@link Problem}s; the one place that decides how an error looks. */
@Component
class ProblemResponses {

    private final JsonMapper json;

    ProblemResponses(JsonMapper json) {
        this.json = json;
    }

    /** The answer to an {@link ApiException}. */
    static ResponseEntity<Object> of(ApiException e, HttpServletRequest request) {
        List<Fault> faults = Optional.ofNullable(e.param())
                .filter(param -> e.status() != HttpStatus.NOT_FOUND)
                .map(param -> List.of(new Fault(JsonPointers.ofParam(param), e.message())))
                .orElse(List.of());
        return of(e.status(), e.code(), e.param(), e.message(), faults, request.getRequestURI(), new HttpHeaders());
    }

    static ResponseEntity<Object> of(
            HttpStatusCode status,
            ProblemCode code,
            @Nullable String param,
            String message,
            List<Fault> faults,
            String path,
            HttpHeaders headers) {
        HttpHeaders sent = new HttpHeaders();
        sent.putAll(headers);
        sent.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status.value() == HttpStatus.CONFLICT.value()) {
            // OpenAI's clients repeat a 409 twice unless told that it will not change.
            sent.set("x-should-retry", "false");
        }
        return ResponseEntity.status(status).headers(sent).body(problem(status, code, param, message, faults, path));
    }

    /** Writes a problem from where Spring MVC is not at work: filters. */
    void write(
            HttpServletRequest request,
            HttpServletResponse response,
            HttpStatus status,
            ProblemCode code,
            String message)
            throws IOException {
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(
                response.getOutputStream(), problem(status, code, null, message, List.of(), request.getRequestURI()));
    }

    static Problem problem(
            HttpStatusCode status,
            ProblemCode code,
            @Nullable String param,
            String message,
            List<Fault> faults,
            String path) {
        HttpStatus known = HttpStatus.resolve(status.value());
        String title = known == null ? "Error" : known.getReasonPhrase();
        return new Problem(
                "about:blank",
                title,
                status.value(),
                message,
                path,
                faults,
                new Problem.OpenAiError(message, openAiType(status), param, code));
    }

    private static String openAiType(HttpStatusCode status) {
        if (status.is5xxServerError()) {
            return "server_error";
        }
        return status.value() == HttpStatus.TOO_MANY_REQUESTS.value() ? "rate_limit_error" : "invalid_request_error";
    }
}

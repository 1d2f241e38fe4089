package dev.dpo4j.api;

import dev.dpo4j.catalog.BrokenModelException;
import dev.dpo4j.catalog.ModelInUseException;
import dev.dpo4j.catalog.ModelMemoryException;
import dev.dpo4j.catalog.ModelNotDeletableException;
import dev.dpo4j.catalog.UnknownModelException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** The catalog's exceptions as answers. */
@RestControllerAdvice
@Order(0)
class ModelProblems {

    private static final String PARAM = "model";
    private static final String RETRY_SECONDS = "30";

    @ExceptionHandler
    ResponseEntity<Object> unknown(UnknownModelException e, HttpServletRequest request) {
        return answer(HttpStatus.NOT_FOUND, "model_not_found", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> broken(BrokenModelException e, HttpServletRequest request) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, "model_unusable", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> inUse(ModelInUseException e, HttpServletRequest request) {
        return answer(HttpStatus.CONFLICT, "model_in_use", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> notDeletable(ModelNotDeletableException e, HttpServletRequest request) {
        return answer(HttpStatus.FORBIDDEN, "model_not_deletable", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> memory(ModelMemoryException e, HttpServletRequest request) {
        if (!e.temporary()) {
            return answer(HttpStatus.UNPROCESSABLE_CONTENT, "model_too_large", e, request);
        }
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        return ProblemResponses.of(
                HttpStatus.SERVICE_UNAVAILABLE,
                "model_memory_full",
                PARAM,
                String.valueOf(e.getMessage()),
                List.of(),
                request.getRequestURI(),
                headers);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status, String code, RuntimeException e, HttpServletRequest request) {
        return ProblemResponses.of(new ApiException(status, code, PARAM, String.valueOf(e.getMessage())), request);
    }
}

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
        return answer(HttpStatus.NOT_FOUND, ProblemCode.MODEL_NOT_FOUND, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> broken(BrokenModelException e, HttpServletRequest request) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.MODEL_UNUSABLE, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> inUse(ModelInUseException e, HttpServletRequest request) {
        return answer(HttpStatus.CONFLICT, ProblemCode.MODEL_IN_USE, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> notDeletable(ModelNotDeletableException e, HttpServletRequest request) {
        return answer(HttpStatus.FORBIDDEN, ProblemCode.MODEL_NOT_DELETABLE, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> memory(ModelMemoryException e, HttpServletRequest request) {
        if (!e.temporary()) {
            return answer(HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.MODEL_TOO_LARGE, e, request);
        }
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        return ProblemResponses.of(
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemCode.MODEL_MEMORY_FULL,
                PARAM,
                String.valueOf(e.getMessage()),
                List.of(),
                request.getRequestURI(),
                headers);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status, ProblemCode code, RuntimeException e, HttpServletRequest request) {
        return ProblemResponses.of(new ApiException(status, code, PARAM, String.valueOf(e.getMessage())), request);
    }
}

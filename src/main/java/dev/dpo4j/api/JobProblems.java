package dev.dpo4j.api;

import dev.dpo4j.job.JobStateException;
import dev.dpo4j.job.UnknownCursorException;
import dev.dpo4j.job.UnknownJobException;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** How what jobs refuse is answered. */
@RestControllerAdvice
@Order(0)
class JobProblems {

    @ExceptionHandler
    ResponseEntity<Object> unknownJob(UnknownJobException e, HttpServletRequest request) {
        return ProblemResponses.of(ApiException.notFound(ProblemCode.JOB_NOT_FOUND, "id", message(e)), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unknownCursor(UnknownCursorException e, HttpServletRequest request) {
        return ProblemResponses.of(ApiException.badRequest(ProblemCode.UNKNOWN_CURSOR, "after", message(e)), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> wrongState(JobStateException e, HttpServletRequest request) {
        return ProblemResponses.of(ApiException.conflict(ProblemCode.WRONG_JOB_STATE, null, message(e)), request);
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }
}

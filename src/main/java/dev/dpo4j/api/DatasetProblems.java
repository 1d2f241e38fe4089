package dev.dpo4j.api;

import dev.dpo4j.api.Problem.Fault;
import dev.dpo4j.dataset.FileInUseException;
import dev.dpo4j.dataset.IdempotencyConflictException;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.RecordConflictException;
import dev.dpo4j.dataset.UnknownDatasetException;
import dev.dpo4j.dataset.UnknownFileException;
import dev.dpo4j.dataset.UnknownTrainingDataException;
import dev.dpo4j.dataset.UnusableTrainingDataException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What failures around files and datasets mean over HTTP. */
@RestControllerAdvice
@Order(0)
class DatasetProblems {

    @ExceptionHandler
    ResponseEntity<Object> invalidRow(InvalidRowException e, HttpServletRequest request) {
        String param = JsonPointers.toParam(e.pointer());
        return ProblemResponses.of(
                HttpStatus.BAD_REQUEST,
                ProblemCode.INVALID_PREFERENCE,
                param.isEmpty() ? null : param,
                String.valueOf(e.getMessage()),
                List.of(new Fault(e.pointer(), e.reason())),
                request.getRequestURI(),
                new HttpHeaders());
    }

    @ExceptionHandler
    ResponseEntity<Object> unknownFile(UnknownFileException e, HttpServletRequest request) {
        return answer(HttpStatus.NOT_FOUND, ProblemCode.FILE_NOT_FOUND, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unknownDataset(UnknownDatasetException e, HttpServletRequest request) {
        return answer(HttpStatus.NOT_FOUND, ProblemCode.DATASET_NOT_FOUND, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unknownTrainingData(UnknownTrainingDataException e, HttpServletRequest request) {
        return answer(HttpStatus.NOT_FOUND, ProblemCode.FILE_NOT_FOUND, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unusableTrainingData(UnusableTrainingDataException e, HttpServletRequest request) {
        return answer(HttpStatus.BAD_REQUEST, ProblemCode.INVALID_FILE, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> fileInUse(FileInUseException e, HttpServletRequest request) {
        return answer(HttpStatus.CONFLICT, ProblemCode.FILE_IN_USE, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> recordConflict(RecordConflictException e, HttpServletRequest request) {
        return answer(HttpStatus.CONFLICT, ProblemCode.RECORD_CONFLICT, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> idempotencyConflict(IdempotencyConflictException e, HttpServletRequest request) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.IDEMPOTENCY_KEY_REUSED, e, request);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status, ProblemCode code, RuntimeException e, HttpServletRequest request) {
        return ProblemResponses.of(new ApiException(status, code, null, String.valueOf(e.getMessage())), request);
    }
}

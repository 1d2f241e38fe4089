package dev.dpo4j.api;

import dev.dpo4j.api.Problem.Fault;
import dev.dpo4j.blob.DatabaseAway;
import dev.dpo4j.blob.StorageFullException;
import dev.dpo4j.blob.UnstorableText;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Turns every failure of a request into a {@link Problem}. Ordered last, because it catches everything: an advice for the exceptions
 * of one package carries {@code @Order(0)} and answers with {@link ProblemResponses#of(ApiException, HttpServletRequest)}.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private static final String DATABASE_RETRY_SECONDS = "10";

    private static final Map<Integer, ProblemCode> CODES = Map.of(
            404, ProblemCode.NOT_FOUND,
            405, ProblemCode.METHOD_NOT_ALLOWED,
            406, ProblemCode.NOT_ACCEPTABLE,
            413, ProblemCode.REQUEST_TOO_LARGE,
            415, ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            503, ProblemCode.UNAVAILABLE);

    private final DataSize maxFileSize;

    Problems(@Value("${spring.servlet.multipart.max-file-size}") DataSize maxFileSize) {
        this.maxFileSize = maxFileSize;
    }

    @ExceptionHandler
    ResponseEntity<Object> apiException(ApiException e, HttpServletRequest request) {
        return ProblemResponses.of(e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> storageFull(StorageFullException e, HttpServletRequest request) {
        log.warn("{}", e.getMessage());
        return ProblemResponses.of(
                new ApiException(
                        HttpStatus.INSUFFICIENT_STORAGE,
                        ProblemCode.STORAGE_FULL,
                        null,
                        String.valueOf(e.getMessage())),
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> multipart(MultipartException e, HttpServletRequest request) {
        if (StorageFullException.behind(e).isPresent()) { // of a part that was to be kept in a file meanwhile
            log.warn("{} {}: no space is left in DPO4J_HOME", request.getMethod(), request.getRequestURI());
            return ProblemResponses.of(
                    new ApiException(
                            HttpStatus.INSUFFICIENT_STORAGE,
                            ProblemCode.STORAGE_FULL,
                            null,
                            "The disk of the service's home folder (DPO4J_HOME) is full. Free some space, then try again."),
                    request);
        }
        return ProblemResponses.of(
                ApiException.badRequest(
                        ProblemCode.INVALID_MULTIPART,
                        null,
                        "The multipart body cannot be read. Send multipart/form-data with a boundary in its Content-Type"
                                + " and complete parts."),
                request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> anythingElse(Exception e, WebRequest request) {
        Optional<StorageFullException> full = StorageFullException.behind(e);
        if (full.isPresent()) {
            return storageFull(full.get(), servletRequest(request));
        }
        if (DatabaseAway.isBehind(e)) {
            return databaseAway(e, request);
        }
        if (UnstorableText.isBehind(e)) {
            return ProblemResponses.of(
                    ApiException.badRequest(
                            ProblemCode.INVALID_VALUE,
                            null,
                            "A text in the request has the character U+0000 in it, which the database cannot keep. Leave it out."),
                    servletRequest(request));
        }
        log.error("{} {} failed", servletRequest(request).getMethod(), path(request), e);
        return answer(
                e,
                HttpStatus.INTERNAL_SERVER_ERROR,
                ProblemCode.INTERNAL_ERROR,
                null,
                "Something went wrong inside the service. Its log has the reason under this answer's x-request-id.",
                List.of(),
                new HttpHeaders(),
                request);
    }

    private @Nullable ResponseEntity<Object> databaseAway(Exception e, WebRequest request) {
        log.warn(
                "{} {}: the database cannot be reached ({})",
                servletRequest(request).getMethod(),
                path(request),
                NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, DATABASE_RETRY_SECONDS);
        return answer(
                e,
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemCode.DATABASE_UNAVAILABLE,
                null,
                "The service cannot reach its database now. Try again in " + DATABASE_RETRY_SECONDS + " seconds.",
                List.of(),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMaxUploadSizeExceededException(
            MaxUploadSizeExceededException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(
                e,
                HttpStatus.CONTENT_TOO_LARGE,
                ProblemCode.REQUEST_TOO_LARGE,
                "file",
                "The upload is larger than the %d MB a file may have (spring.servlet.multipart.max-file-size). Split it into several files."
                        .formatted(maxFileSize.toMegabytes()),
                List.of(),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        UnreadableBody reason = UnreadableBody.of(e);
        return answer(
                e, reason.status(), reason.code(), reason.param(), reason.message(), reason.faults(), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return body(e, e.getBindingResult(), headers, request);
    }

    /** A handler with a constraint on another parameter has its body checked with all of them: what is wrong with that comes first. */
    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Optional<ParameterErrors> ofBody = e.getBeanResults().stream()
                .filter(errors -> errors.getMethodParameter().hasParameterAnnotation(RequestBody.class))
                .findFirst();
        if (ofBody.isPresent()) {
            return body(e, ofBody.get(), headers, request);
        }
        var result = e.getParameterValidationResults().getFirst();
        String name = Optional.ofNullable(result.getMethodParameter().getParameterName())
                .map(JsonPointers::ofBeanPath)
                .map(JsonPointers::toParam)
                .orElse("request");
        String reason = String.valueOf(result.getResolvableErrors().getFirst().getDefaultMessage());
        return answer(
                e,
                HttpStatus.BAD_REQUEST,
                ProblemCode.INVALID_VALUE,
                name,
                name + " " + reason,
                List.of(),
                headers,
                request);
    }

    private @Nullable ResponseEntity<Object> body(Exception e, Errors errors, HttpHeaders headers, WebRequest request) {
        List<Fault> faults = Stream.concat(
                        errors.getFieldErrors().stream().map(Problems::fault),
                        errors.getGlobalErrors().stream()
                                .map(error -> new Fault("", String.valueOf(error.getDefaultMessage()))))
                .sorted(java.util.Comparator.comparing(Fault::pointer).thenComparing(Fault::detail))
                .toList();
        Fault first = faults.getFirst();
        String param = JsonPointers.toParam(first.pointer());
        return answer(
                e,
                HttpStatus.BAD_REQUEST,
                ProblemCode.INVALID_VALUE,
                param.isEmpty() ? null : param,
                param.isEmpty() ? first.detail() : param + " " + first.detail(),
                faults,
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name =
                e instanceof MethodArgumentTypeMismatchException argument ? argument.getName() : e.getPropertyName();
        Class<?> type = e.getRequiredType();
        String wanted =
                type == null ? "the expected type" : type.getSimpleName().toLowerCase(java.util.Locale.ROOT);
        return answer(
                e,
                HttpStatus.BAD_REQUEST,
                ProblemCode.INVALID_TYPE,
                name,
                "%s must be of type %s".formatted(name, wanted),
                List.of(),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (status.is5xxServerError() && status.value() != HttpStatus.SERVICE_UNAVAILABLE.value()) {
            return anythingElse(e, request);
        }
        String detail = e instanceof ErrorResponse response ? response.getBody().getDetail() : null;
        return answer(
                e,
                status,
                CODES.getOrDefault(status.value(), ProblemCode.INVALID_REQUEST),
                null,
                detail == null || detail.isBlank() ? "The request cannot be served." : detail,
                List.of(),
                headers,
                request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception e,
            HttpStatusCode status,
            ProblemCode code,
            @Nullable String param,
            String message,
            List<Fault> faults,
            HttpHeaders headers,
            WebRequest request) {
        if (request instanceof ServletWebRequest servlet
                && servlet.getResponse() != null
                && servlet.getResponse().isCommitted()) {
            log.debug("The answer had begun when the request failed", e);
            return null;
        }
        return ProblemResponses.of(status, code, param, message, faults, path(request), headers);
    }

    private static Fault fault(FieldError error) {
        return new Fault(JsonPointers.ofBeanPath(error.getField()), String.valueOf(error.getDefaultMessage()));
    }

    private static HttpServletRequest servletRequest(WebRequest request) {
        return ((ServletWebRequest) request).getRequest();
    }

    private static String path(WebRequest request) {
        return servletRequest(request).getRequestURI();
    }
}

package dev.dpo4j.api;

import dev.dpo4j.api.Problem.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/**
 * Why a JSON body could not be read.
 *
 * @param status 400, or 413 for a body that is too large
 * @param code the kind of problem, for programs
 * @param pointer JSON pointer to the place; empty when the body as a whole is to blame
 * @param reason what is wrong there
 */
record UnreadableBody(HttpStatus status, ProblemCode code, String pointer, String reason) {

    static UnreadableBody of(HttpMessageNotReadableException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyTooLargeException tooLarge) {
                return new UnreadableBody(
                        HttpStatus.CONTENT_TOO_LARGE,
                        ProblemCode.REQUEST_TOO_LARGE,
                        "",
                        String.valueOf(tooLarge.getMessage()));
            }
        }
        if (e.getCause() instanceof JacksonException json) {
            return new UnreadableBody(HttpStatus.BAD_REQUEST, code(json), JsonPointers.of(json), reason(json));
        }
        return new UnreadableBody(
                HttpStatus.BAD_REQUEST, ProblemCode.INVALID_JSON, "", "A JSON body is required, and there is none.");
    }

    @Nullable
    String param() {
        return pointer.isEmpty() ? null : JsonPointers.toParam(pointer);
    }

    String message() {
        return pointer.isEmpty() ? reason : pointer + ": " + reason;
    }

    List<Fault> faults() {
        return List.of(new Fault(pointer, reason));
    }

    private static ProblemCode code(JacksonException e) {
        if (e instanceof UnrecognizedPropertyException) {
            return ProblemCode.UNKNOWN_FIELD;
        }
        if (e instanceof ValueInstantiationException) {
            return ProblemCode.INVALID_VALUE;
        }
        return e instanceof MismatchedInputException ? ProblemCode.INVALID_TYPE : ProblemCode.INVALID_JSON;
    }

    private static String reason(JacksonException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds() == null
                    ? ""
                    : unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", ", " Known fields: ", "."));
            return "unknown field \"" + unknown.getPropertyName() + "\"."
                    + TrlNames.insteadOfField(unknown.getPropertyName()) + known;
        }
        if (e instanceof ValueInstantiationException invalid && invalid.getCause() != null) {
            return String.valueOf(invalid.getCause().getMessage());
        }
        if (e instanceof InvalidFormatException format
                && format.getTargetType() != null
                && format.getTargetType().isEnum()) {
            String instead = TrlNames.insteadOfValue(format.getValue());
            return "\"%s\" is none of %s%s"
                    .formatted(
                            format.getValue(),
                            Arrays.stream(format.getTargetType().getEnumConstants())
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", ")),
                            instead.isEmpty() ? "" : "." + instead);
        }
        if (e instanceof MismatchedInputException mismatch) {
            return "the value is not " + kind(mismatch.getTargetType());
        }
        if (e instanceof StreamReadException syntax && syntax.getLocation() != null) {
            return "The body is not valid JSON at line %d, column %d: %s"
                    .formatted(
                            syntax.getLocation().getLineNr(),
                            syntax.getLocation().getColumnNr(),
                            syntax.getOriginalMessage());
        }
        return "The body cannot be read as JSON.";
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "of the expected type";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (List.of(Integer.class, int.class, Long.class, long.class).contains(type)) {
            return "an integer within its range";
        }
        if (List.of(Double.class, double.class, Float.class, float.class).contains(type)) {
            return "a finite number";
        }
        return java.util.Collection.class.isAssignableFrom(type) || type.isArray()
                ? "a list"
                : "an object of the expected shape";
    }
}

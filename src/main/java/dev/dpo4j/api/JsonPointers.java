package dev.dpo4j.api;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/** JSON pointers (RFC 6901) from the ways in which Jackson, bean validation and OpenAI name a place in a body. */
final class JsonPointers {

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final Pattern PATH_SEPARATORS = Pattern.compile("[.\\[\\]]+");

    private JsonPointers() {}

    /** Where Jackson was when it failed; the whole body is "". */
    static String of(JacksonException e) {
        return e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? Integer.toString(step.getIndex()) : step.getPropertyName())
                .map(JsonPointers::escape)
                .collect(Collectors.joining());
    }

    /** A bean path such as {@code method.hyperparameters.nEpochs} or {@code preferences[3].prompt}, in the wire's snake_case. */
    static String ofBeanPath(String path) {
        return steps(path)
                .map(step -> HUMP.matcher(step).replaceAll("_").toLowerCase(Locale.ROOT))
                .map(JsonPointers::escape)
                .collect(Collectors.joining());
    }

    /** OpenAI's way of naming a field, dots between the levels. */
    static String ofParam(String param) {
        return steps(param).map(JsonPointers::escape).collect(Collectors.joining());
    }

    /** The pointer in OpenAI's way, dots between the levels. */
    static String toParam(String pointer) {
        return List.of(pointer.split("/", -1)).stream()
                .skip(1)
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .collect(Collectors.joining("."));
    }

    private static Stream<String> steps(String path) {
        return PATH_SEPARATORS.splitAsStream(path).filter(step -> !step.isEmpty());
    }

    private static String escape(String step) {
        return "/" + step.replace("~", "~0").replace("/", "~1");
    }
}

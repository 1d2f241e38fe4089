package dev.dpo4j.tokenizer.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions a chat template may call. */
final class Functions {

    private static final int MAX_RANGE = 100_000;

    private Functions() {}

    static Scope globals(Clock clock) {
        Scope globals = new Scope();
        globals.set("raise_exception", (Callable) (arguments, keywords, line) -> {
            String reason = Values.string(
                    new CallArguments("'raise_exception'", arguments, keywords, line)
                            .allow("message")
                            .required(0, "message"),
                    line);
            throw new JinjaException(line, "the template refuses the conversation: " + reason);
        });
        globals.set("strftime_now", (Callable) (arguments, keywords, line) -> Strftime.format(
                ZonedDateTime.now(clock),
                new CallArguments("'strftime_now'", arguments, keywords, line)
                        .allow("format")
                        .text(0, "format"),
                line));
        globals.set("range", (Callable) Functions::range);
        globals.set("namespace", (Callable) (arguments, keywords, line) -> {
            CallArguments given = new CallArguments("'namespace'", arguments, keywords, line);
            if (!given.positional().isEmpty()) {
                throw new JinjaException(line, "'namespace' takes named arguments only here");
            }
            return new Namespace(keywords);
        });
        globals.set("dict", (Callable) (arguments, keywords, line) -> {
            if (!arguments.isEmpty()) {
                throw new JinjaException(line, "'dict' takes named arguments only here");
            }
            Map<Object, Object> dictionary = new LinkedHashMap<>(keywords);
            return dictionary;
        });
        for (String unsupported : List.of("lipsum", "cycler", "joiner")) {
            globals.set(unsupported, (Callable) (arguments, keywords, line) -> {
                throw new JinjaException(line, "the function '" + unsupported + "' is not supported");
            });
        }
        return globals;
    }

    private static Object range(List<Object> arguments, Map<String, Object> keywords, int line) {
        CallArguments given = new CallArguments("'range'", arguments, keywords, line);
        if (!keywords.isEmpty()) {
            throw new JinjaException(line, "'range' takes no named arguments");
        }
        given.allow("start", "stop", "step");
        boolean stopOnly = arguments.size() == 1;
        long start = stopOnly ? 0 : bound(given, 0, "start");
        long stop = bound(given, stopOnly ? 0 : 1, "stop");
        long step = given.optionalInteger(2, "step").orElse(1L);
        if (step == 0) {
            throw new JinjaException(line, "'range' with a step of 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
            if (numbers.size() == MAX_RANGE) {
                throw new JinjaException(line, "'range' of more than " + MAX_RANGE + " numbers");
            }
            numbers.add(i);
        }
        return List.copyOf(numbers);
    }

    private static long bound(CallArguments given, int position, String name) {
        return given.optionalInteger(position, name)
                .orElseThrow(() -> new JinjaException(given.line(), "'range' needs '" + name + "'"));
    }
}

package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Map;

/** A function, macro or bound method. */
@FunctionalInterface
interface Callable {

    Object call(List<Object> arguments, Map<String, Object> keywords, int line);
}

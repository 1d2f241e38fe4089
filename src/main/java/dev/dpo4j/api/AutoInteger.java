package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * An integer, or {@code "auto"}.
 *
 * @param value the integer; null: auto
 */
record AutoInteger(@Nullable Integer value) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static AutoInteger of(Object json) {
        if (json instanceof Integer number) {
            return new AutoInteger(number);
        }
        if (Auto.WORD.equals(json)) {
            return new AutoInteger(null);
        }
        throw new IllegalArgumentException("must be an integer or \"auto\"");
    }
}

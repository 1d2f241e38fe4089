package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * A number, or {@code "auto"}.
 *
 * @param value the number; null: auto
 */
record AutoNumber(@Nullable Double value) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static AutoNumber of(Object json) {
        if (json instanceof Number number && Double.isFinite(number.doubleValue())) {
            return new AutoNumber(number.doubleValue());
        }
        if (Auto.WORD.equals(json)) {
            return new AutoNumber(null);
        }
        throw new IllegalArgumentException("must be a finite number or \"auto\"");
    }
}

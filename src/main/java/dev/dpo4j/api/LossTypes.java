package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.dpo4j.loss.LossType;
import java.util.List;

/**
 * One loss by its name, or a list of losses.
 *
 * @param types at least one
 */
record LossTypes(List<LossType> types) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static LossTypes of(Object json) {
        List<?> names = json instanceof List<?> list ? list : List.of(json);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("must name at least one loss");
        }
        return new LossTypes(names.stream().map(LossTypes::type).toList());
    }

    private static LossType type(Object name) {
        return LossType.of(String.valueOf(name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be one of " + String.join(", ", LossType.wireNames()) + ", or a list of them"));
    }
}

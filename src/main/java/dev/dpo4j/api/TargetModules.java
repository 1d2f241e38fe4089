package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.dpo4j.llama.LoraConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which linear layers an adapter is put on.
 *
 * @param names any of {@link LoraConfig#LINEAR_LAYERS}
 */
record TargetModules(Set<String> names) {

    private static final String ALL = "all-linear";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TargetModules of(Object json) {
        if (ALL.equals(json)) {
            return new TargetModules(LoraConfig.LINEAR_LAYERS);
        }
        if (!(json instanceof List<?> list) || list.isEmpty()) {
            throw new IllegalArgumentException("must be \"all-linear\" or a list of " + known());
        }
        Set<String> names = new LinkedHashSet<>();
        for (Object entry : list) {
            if (!(entry instanceof String name) || !LoraConfig.LINEAR_LAYERS.contains(name)) {
                throw new IllegalArgumentException(
                        "%s is no linear layer of a Llama; there are %s".formatted(entry, known()));
            }
            names.add(name);
        }
        return new TargetModules(names);
    }

    private static List<String> known() {
        return LoraConfig.LINEAR_LAYERS.stream().sorted().toList();
    }
}

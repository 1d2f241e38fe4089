package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraTargets;
import dev.dpo4j.llama.ModulePattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which linear layers an adapter is put on.
 *
 * @param names any of {@link LoraConfig#LINEAR_LAYERS}; empty: the expression says it
 * @param expression a regular expression for the whole path of a module, as PEFT takes it; null: the names say it
 */
record TargetModules(Set<String> names, @Nullable String expression) {

    private static final String ALL = "all-linear";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TargetModules of(Object json) {
        if (json instanceof String text) {
            if (text.equalsIgnoreCase(ALL)) {
                return new TargetModules(LoraConfig.LINEAR_LAYERS, null);
            }
            ModulePattern.ofPath(text);
            return new TargetModules(Set.of(), text);
        }
        if (!(json instanceof List<?> list) || list.isEmpty()) {
            throw new IllegalArgumentException(
                    "must be \"all-linear\", a regular expression for whole paths or a list of " + known());
        }
        Set<String> names = new LinkedHashSet<>();
        for (Object entry : list) {
            if (!(entry instanceof String name) || !LoraConfig.LINEAR_LAYERS.contains(name)) {
                throw new IllegalArgumentException(
                        "%s is no linear layer of a Llama; there are %s".formatted(entry, known()));
            }
            names.add(name);
        }
        return new TargetModules(names, null);
    }

    /**
     * The names, or ends of paths, that it means on a model.
     *
     * @throws IllegalArgumentException if the expression takes in no linear layer, or what is none
     */
    Set<String> on(LlamaConfig llama) {
        if (expression == null) {
            return names;
        }
        LoraTargets targets = new LoraTargets(llama, ModulePattern.ofPath(expression)::matches);
        targets.other().ifPresent(module -> {
            throw new IllegalArgumentException(
                    "\"%s\" takes in %s: only %s can be adapted".formatted(expression, module, known()));
        });
        Set<String> found = targets.names();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"%s\" matches no layer: a text is a regular expression for the whole path, such as model.layers.0.self_attn.q_proj, where a list has names"
                            .formatted(expression));
        }
        return found;
    }

    private static List<String> known() {
        return LoraConfig.LINEAR_LAYERS.stream().sorted().toList();
    }
}

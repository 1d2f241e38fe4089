package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraTargets;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What an {@code adapter_config.json} says, whichever model it is put on.
 *
 * @param base {@code base_model_name_or_path}
 * @param targets whether a module of a path is adapted
 * @param r the rank
 * @param alpha {@code lora_alpha}
 * @param useRslora whether the scale is alpha / √r
 * @param rankPattern other ranks by pattern
 * @param alphaPattern other alphas by pattern
 * @param useDora whether rows have magnitudes of their own
 */
record AdapterConfig(
        String base,
        Predicate<String> targets,
        int r,
        double alpha,
        boolean useRslora,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        boolean useDora) {

    /**
     * The adapter on a model.
     *
     * @throws IllegalArgumentException if it adapts what cannot be adapted here, or nothing
     */
    LoraConfig on(LlamaConfig llama) {
        LoraTargets modules = new LoraTargets(llama, targets);
        modules.other().ifPresent(module -> {
            throw new IllegalArgumentException("its target_modules take in " + module + ": only "
                    + LoraConfig.LINEAR_LAYERS.stream().sorted().toList() + " can be adapted");
        });
        Set<String> names = modules.names();
        if (names.isEmpty()) {
            throw new IllegalArgumentException("its target_modules take in no layer of its base");
        }
        return new LoraConfig(r, alpha, names, useRslora, rankPattern, alphaPattern, 0, useDora);
    }
}

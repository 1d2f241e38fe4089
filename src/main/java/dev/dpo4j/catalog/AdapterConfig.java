package dev.dpo4j.catalog;

import dev.dpo4j.llama.LinearLayer;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

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
        otherModules(llama).stream().filter(targets).findFirst().ifPresent(module -> {
            throw new IllegalArgumentException("its target_modules take in " + module + ": only "
                    + LoraConfig.LINEAR_LAYERS.stream().sorted().toList() + " can be adapted");
        });
        Set<String> adapted = LinearLayer.of(llama).stream()
                .map(LinearLayer::path)
                .filter(targets)
                .collect(Collectors.toCollection(TreeSet::new));
        if (adapted.isEmpty()) {
            throw new IllegalArgumentException("its target_modules take in no layer of its base");
        }
        return new LoraConfig(r, alpha, shortest(adapted, llama), useRslora, rankPattern, alphaPattern, 0, useDora);
    }

    /** A name for all layers of that name where every block's is among them; otherwise paths. */
    private static Set<String> shortest(Set<String> adapted, LlamaConfig llama) {
        Map<String, List<LinearLayer>> byName =
                LinearLayer.of(llama).stream().collect(Collectors.groupingBy(LinearLayer::name));
        Set<String> targets = new TreeSet<>();
        byName.forEach((name, layers) -> {
            List<String> paths = layers.stream()
                    .map(LinearLayer::path)
                    .filter(adapted::contains)
                    .toList();
            targets.addAll(paths.size() == layers.size() ? List.of(name) : paths);
        });
        return targets;
    }

    /** A Llama's modules besides its linear layers, as transformers names them. */
    private static List<String> otherModules(LlamaConfig llama) {
        List<String> modules = new ArrayList<>(
                List.of("lm_head", "model", "model.embed_tokens", "model.layers", "model.norm", "model.rotary_emb"));
        for (int i = 0; i < llama.layers(); i++) {
            String block = "model.layers." + i;
            modules.add(block);
            for (String part :
                    List.of("self_attn", "mlp", "mlp.act_fn", "input_layernorm", "post_attention_layernorm")) {
                modules.add(block + "." + part);
            }
        }
        return modules;
    }
}

package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a choice among a model's modules means for an adapter.
 *
 * @param llama the model's shape
 * @param chosen whether the module of a path is to be adapted
 */
public record LoraTargets(LlamaConfig llama, Predicate<String> chosen) {

    /** A module that is chosen and cannot be adapted. */
    public Optional<String> other() {
        return otherModules().stream().filter(chosen).findFirst();
    }

    /** The linear layers that are chosen: a name for all layers of that name where every layer's is among them; otherwise paths. */
    public Set<String> names() {
        Map<String, List<LinearLayer>> byName =
                LinearLayer.of(llama).stream().collect(Collectors.groupingBy(LinearLayer::name));
        Set<String> targets = new TreeSet<>();
        byName.forEach((name, layers) -> {
            List<String> paths =
                    layers.stream().map(LinearLayer::path).filter(chosen).toList();
            targets.addAll(paths.size() == layers.size() ? List.of(name) : paths);
        });
        return targets;
    }

    /** A Llama's modules besides its linear layers, as transformers names them. */
    private List<String> otherModules() {
        List<String> modules = new ArrayList<>(
                List.of("lm_head", "model", "model.embed_tokens", "model.layers", "model.norm", "model.rotary_emb"));
        for (int i = 0; i < llama.layers(); i++) {
            String layer = "model.layers." + i;
            modules.add(layer);
            for (String part :
                    List.of("self_attn", "mlp", "mlp.act_fn", "input_layernorm", "post_attention_layernorm")) {
                modules.add(layer + "." + part);
            }
        }
        return modules;
    }
}

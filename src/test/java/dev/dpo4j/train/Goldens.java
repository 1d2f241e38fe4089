package dev.dpo4j.train;

import dev.dpo4j.Golden;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.SeededWeights;
import dev.dpo4j.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What PyTorch and TRL computed, and the tiny Llama they computed it with. */
final class Goldens {

    static final JsonNode LOSSES = Golden.read("losses-open.json");

    /** Of the same batch and models. */
    private static final JsonNode LD_ALPHA = Golden.read("ld-alpha.json");

    private Goldens() {}

    /** What TRL's DPOTrainer computed of the batch with some options. */
    static Stream<JsonNode> cases() {
        return Stream.of(LOSSES, LD_ALPHA).flatMap(golden -> golden.get("cases").valueStream());
    }

    static LlamaConfig tinyConfig() {
        return LlamaConfigReader.read(LOSSES.get("config"));
    }

    static LlamaWeights tiny(long seed) {
        LlamaWeights weights = LlamaWeights.allocate(tinyConfig());
        SeededWeights.fill(weights.config(), seed, weights::tensor);
        return weights;
    }

    static Compute compute() {
        return new Compute(KernelSelection.best(), 2);
    }

    static List<TokenizedPreference> batch() {
        return preferences(LOSSES.get("batch"));
    }

    static List<TokenizedPreference> preferences(JsonNode rows) {
        List<TokenizedPreference> preferences = new ArrayList<>();
        for (JsonNode row : rows) {
            preferences.add(new TokenizedPreference(
                    preferences.size() + 1,
                    ids(row.get("prompt_ids")),
                    ids(row.get("chosen_ids")),
                    List.of(ids(row.get("rejected_ids")))));
        }
        return preferences;
    }

    static int[] ids(JsonNode node) {
        int[] ids = new int[node.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = node.get(i).intValue();
        }
        return ids;
    }
}

package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaWeights;
import java.io.IOException;

/** Loads folders and seeded models. */
final class BaseWeights {

    private BaseWeights() {}

    static LlamaWeights load(String id, BaseModel model) {
        LlamaWeights weights = LlamaWeights.allocate(model.config());
        boolean loaded = false;
        try {
            model.fill(weights);
            loaded = true;
            return weights;
        } catch (IOException e) {
            throw new BrokenModelException(id, String.valueOf(e.getMessage()), e);
        } finally {
            if (!loaded) {
                weights.close();
            }
        }
    }
}

package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.List;

/**
 * One of the seven linear layers in each layer of a model.
 *
 * @param layer in which it is, from 0
 * @param path its module's path in transformers, such as {@code model.layers.0.self_attn.q_proj}
 * @param in width of what enters
 * @param out width of what leaves
 */
public record LinearLayer(int layer, String path, int in, int out) {

    /** All of a model's, layer by layer. */
    public static List<LinearLayer> of(LlamaConfig config) {
        int c = config.hiddenSize();
        int f = config.intermediateSize();
        int q = config.queryWidth();
        int k = config.keyWidth();
        List<LinearLayer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            String attention = "model.layers." + i + ".self_attn.";
            layers.add(new LinearLayer(i, attention + "q_proj", c, q));
            layers.add(new LinearLayer(i, attention + "k_proj", c, k));
            layers.add(new LinearLayer(i, attention + "v_proj", c, k));
            layers.add(new LinearLayer(i, attention + "o_proj", q, c));
            String mlp = "model.layers." + i + ".mlp.";
            layers.add(new LinearLayer(i, mlp + "gate_proj", c, f));
            layers.add(new LinearLayer(i, mlp + "up_proj", c, f));
            layers.add(new LinearLayer(i, mlp + "down_proj", f, c));
        }
        return layers;
    }

    /** Its name within the layer, such as {@code q_proj}. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}

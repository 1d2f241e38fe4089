package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models of awkward sizes whose weights are large enough that every term of a gradient counts. */
public final class TinyLlama {

    /** Three query heads to a key head, D ≠ C/H, sizes that fill no vector. */
    public static final LlamaConfig UNTIED = config(false, new RopeScaling.Default());

    /** The same with the embedding as output layer. */
    public static final LlamaConfig TIED = config(true, new RopeScaling.Default());

    /** With rotations of all three kinds: kept, slowed down and in between. */
    public static final LlamaConfig LLAMA3 = config(false, new RopeScaling.Llama3(8, 1, 4, 64));

    /** An adapter on every linear layer. */
    public static final LoraConfig LORA = new LoraConfig(3, 5, LoraConfig.LINEAR_LAYERS);

    /** One of several ranks and scales. */
    public static final LoraConfig PATTERNED_LORA = new LoraConfig(
            3,
            5,
            LoraConfig.LINEAR_LAYERS,
            true,
            Map.of("0.self_attn.v_proj", 4, "down_proj", 9),
            Map.of(".*k_proj", 2.0));

    /** A DoRA on every linear layer. */
    public static final LoraConfig DORA = dora(LORA);

    /** The scale of {@link #PATTERNED_LORA} on a layer. */
    public static double scaleOfPatternedLora(String path) {
        return (path.endsWith("k_proj") ? 2 : 5)
                / Math.sqrt(path.equals("model.layers.0.self_attn.v_proj") ? 4 : path.endsWith("down_proj") ? 9 : 3);
    }

    private TinyLlama() {}

    private static LlamaConfig config(boolean tied, RopeScaling scaling) {
        return new LlamaConfig(331, 30, 41, 2, 6, 2, 10, 1e-5, 10_000, scaling, 512, tied, 0.02, null, List.of());
    }

    /** The same adapter as a DoRA. */
    public static LoraConfig dora(LoraConfig lora) {
        return new LoraConfig(
                lora.r(),
                lora.alpha(),
                lora.targetModules(),
                lora.useRslora(),
                lora.rankPattern(),
                lora.alphaPattern(),
                lora.dropout(),
                true);
    }

    /** Weights of deviation 0.15, norms around 1. */
    public static LlamaWeights weights(LlamaConfig config, long seed) {
        LlamaWeights weights = LlamaWeights.allocate(config);
        Random random = new Random(seed);
        for (NamedTensor tensor : weights.tensors()) {
            fill(tensor, random, tensor.shape().length == 1 ? 1 : 0);
        }
        return weights;
    }

    /** An adapter in the middle of its training: neither A nor B is zero, DoRA's magnitudes are around 1. */
    public static LoraWeights adapter(LlamaConfig config, long seed) {
        return adapter(config, LORA, seed);
    }

    /** The same of another shape. */
    public static LoraWeights adapter(LlamaConfig config, LoraConfig lora, long seed) {
        LoraWeights weights = LoraWeights.allocate(config, lora);
        Random random = new Random(seed);
        for (NamedTensor tensor : weights.tensors()) {
            fill(tensor, random, tensor.shape().length == 1 ? 1 : 0);
        }
        return weights;
    }

    private static void fill(NamedTensor tensor, Random random, float mean) {
        for (long i = 0; i < tensor.size(); i++) {
            float value = mean + 0.15f * (float) random.nextGaussian();
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    /** Token ids, few enough different ones that they repeat; the vocabulary's last is never among them. */
    public static int[] tokens(Random random, int length) {
        return random.ints(length, 0, UNTIED.vocabSize() - 1).toArray();
    }
}

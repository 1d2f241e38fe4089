package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A low-rank adapter's weights, or their gradients or moments: {@code y += scale · B (A x)} on each target (arXiv 2106.09685). */
public final class LoraWeights implements ParameterSet {

    /**
     * One adapted linear layer.
     *
     * @param a (r, in)
     * @param b (out, r)
     * @param column where its output begins in the output of the matrix it is part of
     */
    record Adapter(Matrix a, Matrix b, int column) {}

    /** A block's adapters, by the matrix whose output they add to; each list may be empty. */
    record Layer(List<Adapter> qkv, List<Adapter> output, List<Adapter> gateUp, List<Adapter> down) {}

    private final LlamaConfig llama;
    private final LoraConfig config;
    private final FloatArena arena = new FloatArena();
    private final List<Layer> layers = new ArrayList<>();
    private final List<NamedTensor> tensors = new ArrayList<>();

    private LoraWeights(LlamaConfig llama, LoraConfig config) {
        this.llama = llama;
        this.config = config;
        int c = llama.hiddenSize();
        int f = llama.intermediateSize();
        int q = llama.queryWidth();
        int k = llama.keyWidth();
        for (int i = 0; i < llama.layers(); i++) {
            Layer layer = new Layer(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            String prefix = "base_model.model.model.layers." + i + ".";
            add(layer.qkv, prefix, "self_attn", "q_proj", c, q, 0);
            add(layer.qkv, prefix, "self_attn", "k_proj", c, k, q);
            add(layer.qkv, prefix, "self_attn", "v_proj", c, k, q + k);
            add(layer.output, prefix, "self_attn", "o_proj", q, c, 0);
            add(layer.gateUp, prefix, "mlp", "gate_proj", c, f, 0);
            add(layer.gateUp, prefix, "mlp", "up_proj", c, f, f);
            add(layer.down, prefix, "mlp", "down_proj", f, c, 0);
            layers.add(layer);
        }
    }

    private void add(List<Adapter> to, String prefix, String block, String target, int in, int out, int column) {
        if (!config.targetModules().contains(target)) {
            return;
        }
        Matrix a = arena.matrix(config.r(), in);
        Matrix b = arena.matrix(out, config.r());
        to.add(new Adapter(a, b, column));
        String name = prefix + block + "." + target;
        tensors.add(new NamedTensor(name + ".lora_A.weight", new long[] {config.r(), in}, a.segment()));
        tensors.add(new NamedTensor(name + ".lora_B.weight", new long[] {out, config.r()}, b.segment()));
    }

    /** Zeros in the shape of an adapter. */
    public static LoraWeights allocate(LlamaConfig llama, LoraConfig config) {
        return new LoraWeights(llama, config);
    }

    /**
     * A fresh adapter as PEFT makes it: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that it changes nothing yet.
     *
     * @param seed of the random numbers, which are torch's but not drawn in PEFT's order
     */
    public static LoraWeights initialise(LlamaConfig llama, LoraConfig config, long seed) {
        LoraWeights weights = new LoraWeights(llama, config);
        TorchRandom random = new TorchRandom(seed);
        for (NamedTensor tensor : weights.tensors) {
            if (tensor.name().endsWith(".lora_A.weight")) {
                float bound = (float) (1 / Math.sqrt((double) tensor.shape()[1]));
                for (long i = 0; i < tensor.size(); i++) {
                    tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (2 * random.nextUniform() - 1) * bound);
                }
            }
        }
        return weights;
    }

    /** The adapter's shape. */
    public LoraConfig config() {
        return config;
    }

    /** Every tensor under PEFT's name. */
    @Override
    public List<NamedTensor> tensors() {
        return tensors;
    }

    /** The tensor of a PEFT name. */
    public MemorySegment tensor(String name) {
        for (NamedTensor tensor : tensors) {
            if (tensor.name().equals(name)) {
                return tensor.data();
            }
        }
        throw new IllegalArgumentException("This adapter has no tensor " + name);
    }

    @Override
    public LoraWeights zerosLike() {
        return allocate(llama, config);
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    @Override
    public void close() {
        arena.close();
    }
}

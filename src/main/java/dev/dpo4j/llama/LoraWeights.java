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
     * @param scale of what it adds
     * @param column where its output begins in the output of the matrix it is part of
     * @param index which of the model's adapters, from 0
     */
    record Adapter(Matrix a, Matrix b, float scale, int column, int index) {}

    /** A block's adapters, by the matrix whose output they add to; each list may be empty. */
    record Layer(List<Adapter> qkv, List<Adapter> output, List<Adapter> gateUp, List<Adapter> down) {}

    private final LlamaConfig llama;
    private final LoraConfig config;
    private final FloatArena arena = new FloatArena();
    private final List<AdaptedLayer> adapted;
    private final List<Layer> layers = new ArrayList<>();
    private final List<NamedTensor> tensors = new ArrayList<>();

    private LoraWeights(LlamaConfig llama, LoraConfig config) {
        this.llama = llama;
        this.config = config;
        this.adapted = config.layers(llama);
        for (int i = 0; i < llama.layers(); i++) {
            layers.add(new Layer(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
        }
        adapted.forEach(this::add);
    }

    /** The one place where PEFT's names meet our matrices. */
    private void add(AdaptedLayer adapted) {
        Matrix a = arena.matrix(adapted.r(), adapted.layer().in());
        Matrix b = arena.matrix(adapted.layer().out(), adapted.r());
        tensors.add(new NamedTensor(adapted.nameOfA(), adapted.shapeOfA(), a.segment()));
        tensors.add(new NamedTensor(adapted.nameOfB(), adapted.shapeOfB(), b.segment()));
        Layer block = layers.get(adapted.layer().block());
        int q = llama.queryWidth();
        int k = llama.keyWidth();
        float scale = (float) adapted.scale();
        int index = tensors.size() / 2 - 1;
        switch (adapted.layer().name()) {
            case "q_proj" -> block.qkv.add(new Adapter(a, b, scale, 0, index));
            case "k_proj" -> block.qkv.add(new Adapter(a, b, scale, q, index));
            case "v_proj" -> block.qkv.add(new Adapter(a, b, scale, q + k, index));
            case "o_proj" -> block.output.add(new Adapter(a, b, scale, 0, index));
            case "gate_proj" -> block.gateUp.add(new Adapter(a, b, scale, 0, index));
            case "up_proj" -> block.gateUp.add(new Adapter(a, b, scale, llama.intermediateSize(), index));
            case "down_proj" -> block.down.add(new Adapter(a, b, scale, 0, index));
            default -> throw new IllegalArgumentException(adapted.layer().path() + " is no layer of a block");
        }
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

    /** The linear layers it is on, in the model's order. */
    public List<AdaptedLayer> adapted() {
        return adapted;
    }

    /** The largest rank. */
    int largestRank() {
        return adapted.stream().mapToInt(AdaptedLayer::r).max().orElse(0);
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

    /** The same weights in memory of their own. */
    public LoraWeights copy() {
        LoraWeights copy = zerosLike();
        copy.copyFrom(this);
        return copy;
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    @Override
    public void close() {
        arena.close();
    }
}

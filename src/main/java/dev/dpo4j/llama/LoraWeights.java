package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A low-rank adapter's weights, or their gradients or moments: {@code y += scale · B (A x)} on each target (arXiv 2106.09685), and with DoRA
 * the magnitudes of the rows of what that makes of the target (arXiv 2402.09353).
 */
public final class LoraWeights implements ParameterSet {

    /**
     * One adapted linear layer.
     *
     * @param a (r, in)
     * @param b (out, r)
     * @param magnitude (1, out), of DoRA; null: it is none
     * @param scale of what it adds
     * @param column where its output begins in the output of the matrix it is part of
     * @param index which of the model's adapters, from 0
     */
    record Adapter(Matrix a, Matrix b, @Nullable Matrix magnitude, float scale, int column, int index) {}

    /** A layer's adapters, by the matrix whose output they add to; each list may be empty. */
    record Layer(List<Adapter> qkv, List<Adapter> output, List<Adapter> gateUp, List<Adapter> down) {}

    private final LlamaConfig llama;
    private final LoraConfig config;
    private final FloatArena arena = new FloatArena();
    private final List<AdaptedLayer> adapted;
    private final List<Layer> layers = new ArrayList<>();
    private final List<NamedTensor> tensors = new ArrayList<>();
    private volatile @Nullable DoraNorms norms; // what is here changes with the elements only

    private LoraWeights(LlamaConfig llama, LoraConfig config) {
        this.llama = llama;
        this.config = config;
        this.adapted = config.layers(llama);
        for (int i = 0; i < llama.layers(); i++) {
            layers.add(new Layer(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
        }
        for (int i = 0; i < adapted.size(); i++) {
            add(i, adapted.get(i));
        }
    }

    /** The one place where PEFT's names meet our matrices. */
    private void add(int index, AdaptedLayer adapted) {
        Matrix a = arena.matrix(adapted.r(), adapted.linear().in());
        Matrix b = arena.matrix(adapted.linear().out(), adapted.r());
        tensors.add(new NamedTensor(adapted.nameOfA(), adapted.shapeOfA(), a.segment()));
        tensors.add(new NamedTensor(adapted.nameOfB(), adapted.shapeOfB(), b.segment()));
        Matrix magnitude = null;
        if (adapted.dora()) {
            int out = adapted.linear().out();
            magnitude = arena.matrix(1, out);
            tensors.add(new NamedTensor(adapted.nameOfMagnitude(), new long[] {out}, magnitude.segment()));
        }
        Layer layer = layers.get(adapted.linear().layer());
        int q = llama.queryWidth();
        int k = llama.keyWidth();
        float scale = (float) adapted.scale();
        switch (adapted.linear().name()) {
            case "q_proj" -> layer.qkv.add(new Adapter(a, b, magnitude, scale, 0, index));
            case "k_proj" -> layer.qkv.add(new Adapter(a, b, magnitude, scale, q, index));
            case "v_proj" -> layer.qkv.add(new Adapter(a, b, magnitude, scale, q + k, index));
            case "o_proj" -> layer.output.add(new Adapter(a, b, magnitude, scale, 0, index));
            case "gate_proj" -> layer.gateUp.add(new Adapter(a, b, magnitude, scale, 0, index));
            case "up_proj" -> layer.gateUp.add(new Adapter(a, b, magnitude, scale, llama.intermediateSize(), index));
            case "down_proj" -> layer.down.add(new Adapter(a, b, magnitude, scale, 0, index));
            default ->
                throw new IllegalArgumentException(adapted.linear().path() + " is none of a layer's linear layers");
        }
    }

    /** Zeros in the shape of an adapter. */
    public static LoraWeights allocate(LlamaConfig llama, LoraConfig config) {
        return new LoraWeights(llama, config);
    }

    /**
     * A fresh adapter as PEFT makes it: A uniform in ±1/√in (Kaiming with a = √5), B zero and DoRA's magnitudes those of the base's rows, so
     * that it changes nothing yet.
     *
     * @param base the weights it is put on
     * @param seed of the random numbers, which are torch's but not drawn in PEFT's order
     * @throws IllegalArgumentException if DoRA is to be put on a row of zeros, which has no direction
     */
    public static LoraWeights initialise(LlamaWeights base, LoraConfig config, long seed, Compute compute) {
        LoraWeights weights = new LoraWeights(base.config(), config);
        TorchRandom random = new TorchRandom(seed);
        for (NamedTensor tensor : weights.tensors) {
            if (tensor.name().endsWith(".lora_A.weight")) {
                float bound = (float) (1 / Math.sqrt((double) tensor.shape()[1]));
                for (long i = 0; i < tensor.size(); i++) {
                    tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (2 * random.nextUniform() - 1) * bound);
                }
            }
        }
        boolean complete = false;
        try {
            if (config.useDora()) {
                weights.takeMagnitudes(base, compute);
            }
            complete = true;
            return weights;
        } finally {
            if (!complete) {
                weights.close();
            }
        }
    }

    private void takeMagnitudes(LlamaWeights base, Compute compute) {
        DoraNorms ofBase = compute.call(() -> norms(base, compute));
        for (int i = 0; i < adapted.size(); i++) {
            AdaptedLayer target = adapted.get(i);
            float[] lengths = ofBase.of(i);
            for (int row = 0; row < lengths.length; row++) {
                if (lengths[row] == 0) {
                    throw new IllegalArgumentException(
                            "use_dora needs rows with a direction, but row %d of %s.weight is all zeros: leave the layer out of target_modules"
                                    .formatted(row, target.linear().path()));
                }
            }
            MemorySegment.copy(lengths, 0, tensor(target.nameOfMagnitude()), ValueLayout.JAVA_FLOAT, 0, lengths.length);
        }
    }

    /**
     * The lengths of the rows that DoRA's magnitudes are put in the place of, as of the last {@link #changed}. Computed when they are not
     * known, so on a thread that has the machine.
     *
     * @param base the weights it is put on
     */
    DoraNorms norms(LlamaWeights base, Compute compute) {
        DoraNorms known = norms;
        if (known == null || !known.isOn(base)) {
            known = DoraNorms.of(base, this, compute);
            norms = known;
        }
        return known;
    }

    @Override
    public void changed() {
        norms = null;
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

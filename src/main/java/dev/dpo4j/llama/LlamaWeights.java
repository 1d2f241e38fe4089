package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * All weights of a Llama, or its gradients or moments. Matrices that see the same input lie side by side, so that each is one GEMM.
 */
public final class LlamaWeights implements ParameterSet {

    /**
     * A layer's weights.
     *
     * @param attentionNorm (1, C)
     * @param qkv ((H + 2K) D, C): query, key and value projections
     * @param output (C, H D)
     * @param mlpNorm (1, C)
     * @param gateUp (2F, C): gate and up projections
     * @param down (C, F)
     */
    record Layer(Matrix attentionNorm, Matrix qkv, Matrix output, Matrix mlpNorm, Matrix gateUp, Matrix down) {}

    private final LlamaConfig config;
    private final FloatArena arena;
    private final Matrix embedding; // (V, C)
    private final List<Layer> layers;
    private final Matrix finalNorm; // (1, C)
    private final Matrix head; // (V, C); the embedding itself when tied
    private final List<NamedTensor> tensors;

    private LlamaWeights(LlamaConfig config) {
        this.config = config;
        this.arena = new FloatArena();
        int c = config.hiddenSize();
        int f = config.intermediateSize();
        this.embedding = arena.matrix(config.vocabSize(), c);
        this.layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new Layer(
                    arena.matrix(1, c),
                    arena.matrix(config.queryWidth() + 2 * config.keyWidth(), c),
                    arena.matrix(c, config.queryWidth()),
                    arena.matrix(1, c),
                    arena.matrix(2 * f, c),
                    arena.matrix(c, f)));
        }
        this.finalNorm = arena.matrix(1, c);
        this.head = config.tieWordEmbeddings() ? embedding : arena.matrix(config.vocabSize(), c);
        this.tensors = name();
    }

    /** Zeros in the shape of a model. */
    public static LlamaWeights allocate(LlamaConfig config) {
        return new LlamaWeights(config);
    }

    /** The same weights in memory of their own. */
    public LlamaWeights copy() {
        LlamaWeights copy = allocate(config);
        copy.copyFrom(this);
        return copy;
    }

    /** The shape. */
    public LlamaConfig config() {
        return config;
    }

    /** Every tensor under its Hugging Face name, in the order of {@link LlamaConfig#weightShapes}. */
    @Override
    public List<NamedTensor> tensors() {
        return tensors;
    }

    /** The tensor of a Hugging Face name. */
    public MemorySegment tensor(String name) {
        for (NamedTensor tensor : tensors) {
            if (tensor.name().equals(name)) {
                return tensor.data();
            }
        }
        throw new IllegalArgumentException("This model has no tensor " + name);
    }

    @Override
    public LlamaWeights zerosLike() {
        return allocate(config);
    }

    /** Bytes of memory. */
    public long bytes() {
        return arena.bytes();
    }

    Matrix embedding() {
        return embedding;
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    Matrix finalNorm() {
        return finalNorm;
    }

    Matrix head() {
        return head;
    }

    /** The one place where Hugging Face's names meet our matrices. */
    private List<NamedTensor> name() {
        int c = config.hiddenSize();
        int f = config.intermediateSize();
        int q = config.queryWidth();
        int k = config.keyWidth();
        List<NamedTensor> named = new ArrayList<>();
        named.add(part("model.embed_tokens.weight", embedding, 0, config.vocabSize()));
        for (int i = 0; i < layers.size(); i++) {
            String prefix = "model.layers." + i + ".";
            Layer layer = layers.get(i);
            named.add(part(prefix + "self_attn.q_proj.weight", layer.qkv, 0, q));
            named.add(part(prefix + "self_attn.k_proj.weight", layer.qkv, q, k));
            named.add(part(prefix + "self_attn.v_proj.weight", layer.qkv, q + k, k));
            named.add(part(prefix + "self_attn.o_proj.weight", layer.output, 0, c));
            named.add(part(prefix + "mlp.gate_proj.weight", layer.gateUp, 0, f));
            named.add(part(prefix + "mlp.up_proj.weight", layer.gateUp, f, f));
            named.add(part(prefix + "mlp.down_proj.weight", layer.down, 0, c));
            named.add(vector(prefix + "input_layernorm.weight", layer.attentionNorm));
            named.add(vector(prefix + "post_attention_layernorm.weight", layer.mlpNorm));
        }
        named.add(vector("model.norm.weight", finalNorm));
        if (!config.tieWordEmbeddings()) {
            named.add(part("lm_head.weight", head, 0, config.vocabSize()));
        }
        return List.copyOf(named);
    }

    private static NamedTensor part(String name, Matrix matrix, int fromRow, int rows) {
        long bytes = (long) rows * matrix.cols() * Float.BYTES;
        return new NamedTensor(
                name, new long[] {rows, matrix.cols()}, matrix.fromRow(fromRow).asSlice(0, bytes));
    }

    private static NamedTensor vector(String name, Matrix row) {
        return new NamedTensor(name, new long[] {row.cols()}, row.segment());
    }

    @Override
    public void close() {
        arena.close();
    }
}

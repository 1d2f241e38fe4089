package dev.dpo4j.llama;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a Llama, as transformers' {@code LlamaConfig} has it. Letters are those used in the code: weights are (out, in).
 *
 * @param vocabSize V, number of token ids
 * @param hiddenSize C, width of the residual stream
 * @param intermediateSize F, width inside the MLP
 * @param layers number of layers, each of attention and MLP
 * @param heads H, query heads
 * @param kvHeads K, key and value heads; H is a multiple of it
 * @param headSize D, width of a head, even
 * @param rmsNormEps added to the mean square
 * @param ropeTheta base of the rotary angles
 * @param ropeScaling how they are stretched
 * @param maxPositionEmbeddings longest sequence
 * @param tieWordEmbeddings whether the output layer is the embedding
 * @param initializerRange standard deviation of fresh weights
 * @param bosTokenId token that begins a text, if any
 * @param eosTokenIds tokens that end a text, possibly none
 */
public record LlamaConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        double rmsNormEps,
        double ropeTheta,
        RopeScaling ropeScaling,
        int maxPositionEmbeddings,
        boolean tieWordEmbeddings,
        double initializerRange,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds) {

    public LlamaConfig {
        requireBetween("vocab_size", vocabSize, 1 << 22);
        requireBetween("hidden_size", hiddenSize, 1 << 17);
        requireBetween("intermediate_size", intermediateSize, 1 << 19);
        requireBetween("num_hidden_layers", layers, 1 << 12);
        requireBetween("num_attention_heads", heads, 1 << 12);
        requireBetween("num_key_value_heads", kvHeads, 1 << 12);
        requireBetween("head_dim", headSize, 1 << 12);
        requireBetween("max_position_embeddings", maxPositionEmbeddings, 1 << 27);
        requirePositive("rms_norm_eps", rmsNormEps);
        requirePositive("rope_theta", ropeTheta);
        requirePositive("initializer_range", initializerRange);
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size " + hiddenSize + " is not a multiple of num_attention_heads " + heads);
        }
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads " + kvHeads);
        }
        if (headSize % 2 != 0) {
            throw new IllegalArgumentException("head_dim must be even for rotary embeddings, not " + headSize);
        }
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /** Width of all query heads side by side, H D; often but not always C. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Width of all key (or value) heads side by side, K D. */
    public int keyWidth() {
        return kvHeads * headSize;
    }

    /** Every weight's shape by its Hugging Face name, in the order of transformers' {@code named_parameters()}; no head when tied. */
    public SequencedMap<String, long[]> weightShapes() {
        SequencedMap<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {vocabSize, hiddenSize});
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            shapes.put(layer + "self_attn.q_proj.weight", new long[] {queryWidth(), hiddenSize});
            shapes.put(layer + "self_attn.k_proj.weight", new long[] {keyWidth(), hiddenSize});
            shapes.put(layer + "self_attn.v_proj.weight", new long[] {keyWidth(), hiddenSize});
            shapes.put(layer + "self_attn.o_proj.weight", new long[] {hiddenSize, queryWidth()});
            shapes.put(layer + "mlp.gate_proj.weight", new long[] {intermediateSize, hiddenSize});
            shapes.put(layer + "mlp.up_proj.weight", new long[] {intermediateSize, hiddenSize});
            shapes.put(layer + "mlp.down_proj.weight", new long[] {hiddenSize, intermediateSize});
            shapes.put(layer + "input_layernorm.weight", new long[] {hiddenSize});
            shapes.put(layer + "post_attention_layernorm.weight", new long[] {hiddenSize});
        }
        shapes.put("model.norm.weight", new long[] {hiddenSize});
        if (!tieWordEmbeddings) {
            shapes.put("lm_head.weight", new long[] {vocabSize, hiddenSize});
        }
        return shapes;
    }

    /** Number of weights, tied ones counted once. */
    public long parameters() {
        long c = hiddenSize;
        long layer = 2 * c * (queryWidth() + keyWidth()) + 3 * c * intermediateSize + 2 * c;
        return Math.addExact(Math.multiplyExact(layer, layers), (tieWordEmbeddings ? 1 : 2) * c * vocabSize + c);
    }

    /** Refuses a token id that this vocabulary does not have. */
    void requireToken(int token) {
        if (token < 0 || token >= vocabSize) {
            throw new IllegalArgumentException("Token id " + token + " is outside the vocabulary of " + vocabSize);
        }
    }

    private static void requireBetween(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be between 1 and " + max + ", not " + value);
        }
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a positive number, not " + value);
        }
    }
}

package dev.dpo4j.catalog;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model made from a seed exactly as PyTorch would.
 *
 * @param seed what {@code torch.manual_seed} is given
 * @param config its shape
 */
record SeededModel(
        @DefaultValue("0") long seed, @DefaultValue Config config) {

    /** The notebook this project grew from: {@code torch.manual_seed(0)} and these five numbers. */
    static final SeededModel NOTEBOOK =
            new SeededModel(0, new Config(1000, 128, 11_008, 1, 32, null, null, 1e-6, null, null, null, null));

    /** Names and meaning as in {@code config.json}; what is absent takes transformers' default. */
    record Config(
            @Nullable Integer vocabSize,
            @Nullable Integer hiddenSize,
            @Nullable Integer intermediateSize,
            @Nullable Integer numHiddenLayers,
            @Nullable Integer numAttentionHeads,
            @Nullable Integer numKeyValueHeads,
            @Nullable Integer headDim,
            @Nullable Double rmsNormEps,
            @Nullable Double ropeTheta,
            @Nullable Integer maxPositionEmbeddings,
            @Nullable Boolean tieWordEmbeddings,
            @Nullable Double initializerRange) {

        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("vocab_size", vocabSize);
            json.put("hidden_size", hiddenSize);
            json.put("intermediate_size", intermediateSize);
            json.put("num_hidden_layers", numHiddenLayers);
            json.put("num_attention_heads", numAttentionHeads);
            json.put("num_key_value_heads", numKeyValueHeads);
            json.put("head_dim", headDim);
            json.put("rms_norm_eps", rmsNormEps);
            json.put("rope_theta", ropeTheta);
            json.put("max_position_embeddings", maxPositionEmbeddings);
            json.put("tie_word_embeddings", tieWordEmbeddings);
            json.put("initializer_range", initializerRange);
            return json;
        }
    }
}

package dev.dpo4j.llama;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes Hugging Face's {@code config.json}. Rotary parameters are written the old way ({@code rope_theta}, {@code rope_scaling}),
 * which old and new releases of transformers read.
 */
public final class LlamaConfigWriter {

    private LlamaConfigWriter() {}

    /** The configuration of a float32 model that transformers loads. */
    public static ObjectNode toJson(LlamaConfig config) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("architectures").add("LlamaForCausalLM");
        json.put("model_type", "llama");
        json.put("dtype", "float32");
        json.put("vocab_size", config.vocabSize());
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.kvHeads());
        json.put("head_dim", config.headSize());
        json.put("hidden_act", "silu");
        json.put("attention_bias", false);
        json.put("mlp_bias", false);
        json.put("rms_norm_eps", config.rmsNormEps());
        json.put("rope_theta", config.ropeTheta());
        json.set("rope_scaling", scaling(config.ropeScaling()));
        json.put("max_position_embeddings", config.maxPositionEmbeddings());
        json.put("tie_word_embeddings", config.tieWordEmbeddings());
        json.put("initializer_range", config.initializerRange());
        json.put("bos_token_id", config.bosTokenId());
        endTokens(json, config);
        return json;
    }

    private static void endTokens(ObjectNode json, LlamaConfig config) {
        switch (config.eosTokenIds().size()) {
            case 0 -> json.putNull("eos_token_id");
            case 1 -> json.put("eos_token_id", config.eosTokenIds().getFirst());
            default -> {
                ArrayNode ids = json.putArray("eos_token_id");
                config.eosTokenIds().forEach(ids::add);
            }
        }
    }

    private static JsonNode scaling(RopeScaling scaling) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (scaling) {
            case RopeScaling.Default() -> nodes.nullNode();
            case RopeScaling.Linear(double factor) ->
                nodes.objectNode().put("rope_type", "linear").put("factor", factor);
            case RopeScaling.Llama3(double factor, double low, double high, int original) ->
                nodes.objectNode()
                        .put("rope_type", "llama3")
                        .put("factor", factor)
                        .put("low_freq_factor", low)
                        .put("high_freq_factor", high)
                        .put("original_max_position_embeddings", original);
        };
    }
}

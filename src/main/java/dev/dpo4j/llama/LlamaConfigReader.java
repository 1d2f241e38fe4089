package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads Hugging Face's {@code config.json} the way transformers 5.23 does: absent fields take {@code LlamaConfig}'s defaults, rotary
 * parameters are found at the top level, in {@code rope_scaling} (old) or in {@code rope_parameters} (new).
 */
public final class LlamaConfigReader {

    private static final String ARCHITECTURE = "LlamaForCausalLM";

    private LlamaConfigReader() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it is not a Llama that this service computes exactly; the message names the field and why
     */
    public static LlamaConfig read(JsonNode config) {
        if (!config.isObject()) {
            throw new IllegalArgumentException("config.json must hold a JSON object");
        }
        refuseOthers(config);
        int hiddenSize = integer(config, "hidden_size", 4096);
        int heads = integer(config, "num_attention_heads", 32);
        if (heads < 1) {
            throw new IllegalArgumentException("num_attention_heads must be at least 1, not " + heads);
        }
        int maxPositions = integer(config, "max_position_embeddings", 2048);
        JsonNode rope = rope(config);
        return new LlamaConfig(
                integer(config, "vocab_size", 32_000),
                hiddenSize,
                integer(config, "intermediate_size", 11_008),
                integer(config, "num_hidden_layers", 32),
                heads,
                integer(config, "num_key_value_heads", heads),
                integer(config, "head_dim", hiddenSize / heads),
                number(config, "rms_norm_eps", 1e-6),
                number(rope, "rope_theta", number(config, "rope_theta", 10_000)),
                scaling(config, rope, maxPositions),
                maxPositions,
                bool(config, "tie_word_embeddings", false),
                number(config, "initializer_range", 0.02),
                beginToken(config),
                endTokens(config));
    }

    private static void refuseOthers(JsonNode config) {
        JsonNode architectures = config.path("architectures");
        if (!isAbsent(architectures)
                && !(architectures.isArray()
                        && architectures.size() == 1
                        && architectures.get(0).isString()
                        && architectures.get(0).stringValue().equals(ARCHITECTURE))) {
            throw new IllegalArgumentException(
                    "architectures is " + architectures + ": only [\"" + ARCHITECTURE + "\"] is supported");
        }
        refuseOther(config, "model_type", "llama");
        refuseOther(config, "hidden_act", "silu");
        for (String biased : List.of("attention_bias", "mlp_bias")) {
            if (bool(config, biased, false)) {
                throw new IllegalArgumentException(biased + " is true: linear layers with a bias are not supported");
            }
        }
        if (!isAbsent(config.path("quantization_config"))) {
            throw new IllegalArgumentException(
                    "quantization_config is set: quantised weights are not supported, only F32, F16 and BF16");
        }
    }

    private static void refuseOther(JsonNode config, String field, String supported) {
        JsonNode value = config.path(field);
        if (!isAbsent(value) && !(value.isString() && value.stringValue().equals(supported))) {
            throw new IllegalArgumentException(field + " is " + value + ": only \"" + supported + "\" is supported");
        }
    }

    private static JsonNode rope(JsonNode config) {
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            JsonNode rope = config.path(field);
            if (isAbsent(rope)) {
                continue;
            }
            if (!rope.isObject()) {
                throw new IllegalArgumentException(field + " is " + rope + ", not an object");
            }
            if (!rope.isEmpty()) {
                return rope;
            }
        }
        return JsonNodeFactory.instance.objectNode();
    }

    private static RopeScaling scaling(JsonNode config, JsonNode rope, int maxPositions) {
        if (number(rope, "partial_rotary_factor", number(config, "partial_rotary_factor", 1)) != 1) {
            throw new IllegalArgumentException("partial_rotary_factor other than 1 is not supported");
        }
        JsonNode type = isAbsent(rope.path("rope_type")) ? rope.path("type") : rope.path("rope_type");
        if (isAbsent(type)) {
            return new RopeScaling.Default();
        }
        return switch (type.isString() ? type.stringValue() : type.toString()) {
            case "default" -> new RopeScaling.Default();
            case "linear" -> new RopeScaling.Linear(required(rope, "factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        required(rope, "factor"),
                        required(rope, "low_freq_factor"),
                        required(rope, "high_freq_factor"),
                        integer(
                                config,
                                "original_max_position_embeddings",
                                integer(rope, "original_max_position_embeddings", maxPositions)));
            default ->
                throw new IllegalArgumentException(
                        "rope_type is " + type + ": only \"default\", \"linear\" and \"llama3\" are supported");
        };
    }

    private static @Nullable Integer beginToken(JsonNode config) {
        // Absent means 1, as in transformers; null means none.
        JsonNode value = config.path("bos_token_id");
        return value.isMissingNode() ? Integer.valueOf(1) : value.isNull() ? null : asInt("bos_token_id", value);
    }

    private static List<Integer> endTokens(JsonNode config) {
        JsonNode value = config.path("eos_token_id");
        if (value.isMissingNode()) {
            return List.of(2);
        }
        if (value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            return List.of(asInt("eos_token_id", value));
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : value) {
            ids.add(asInt("eos_token_id", id));
        }
        return ids;
    }

    private static int integer(JsonNode node, String field, int absent) {
        JsonNode value = node.path(field);
        return isAbsent(value) ? absent : asInt(field, value);
    }

    private static int asInt(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(field + " is " + value + ", not a whole number");
        }
        return value.intValue();
    }

    private static double number(JsonNode node, String field, double absent) {
        JsonNode value = node.path(field);
        if (isAbsent(value)) {
            return absent;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException(field + " is " + value + ", not a number");
        }
        return value.doubleValue();
    }

    private static double required(JsonNode rope, String field) {
        if (isAbsent(rope.path(field))) {
            throw new IllegalArgumentException("rope scaling needs " + field);
        }
        return number(rope, field, 0);
    }

    private static boolean bool(JsonNode node, String field, boolean absent) {
        JsonNode value = node.path(field);
        if (isAbsent(value)) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw new IllegalArgumentException(field + " is " + value + ", not true or false");
        }
        return value.booleanValue();
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}

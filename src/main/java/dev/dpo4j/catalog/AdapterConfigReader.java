package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.ModulePattern;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads PEFT's {@code adapter_config.json} as PEFT 0.21 does. What would make the adapter compute something else than a LoRA or DoRA is
 * refused: a key that is not known here may only be empty.
 */
final class AdapterConfigReader {

    /** Keys that say nothing about what a finished adapter computes. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "inference_mode",
            "layers_pattern", // only together with layers_to_transform
            "lora_dropout",
            "megatron_core",
            "peft_version",
            "qalora_group_size", // only together with use_qalora
            "revision",
            "runtime_config");

    /** Ways to begin that leave the base as it is; the others change it, so that the adapter alone is not the difference. */
    private static final Set<String> HARMLESS_BEGINNINGS = Set.of("true", "false", "gaussian", "orthogonal", "eva");

    /** What PEFT adapts in a Llama when {@code target_modules} says nothing. */
    private static final Set<String> DEFAULT_TARGETS = Set.of("q_proj", "v_proj");

    private static final int DEFAULT_R = 8;
    private static final double DEFAULT_ALPHA = 8;

    private AdapterConfigReader() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it is not a LoRA that this service computes exactly; the message names the key and why
     */
    static AdapterConfig read(ObjectNode json) {
        if (isAbsent(json.path("peft_type"))) {
            throw wrong("no peft_type: \"LORA\" is supported");
        }
        json.properties().forEach(entry -> check(entry.getKey(), entry.getValue()));
        JsonNode base = json.path("base_model_name_or_path");
        if (!base.isString() || base.stringValue().isBlank()) {
            throw wrong("no base_model_name_or_path: it must name the model that the adapter belongs to");
        }
        return new AdapterConfig(
                base.stringValue(),
                targets(json.path("target_modules")),
                isAbsent(json.path("r")) ? DEFAULT_R : rank("r", json.path("r")),
                isAbsent(json.path("lora_alpha")) ? DEFAULT_ALPHA : alpha("lora_alpha", json.path("lora_alpha")),
                bool("use_rslora", json.path("use_rslora")),
                pattern("rank_pattern", json.path("rank_pattern"), AdapterConfigReader::rank),
                pattern("alpha_pattern", json.path("alpha_pattern"), AdapterConfigReader::alpha),
                bool("use_dora", json.path("use_dora")));
    }

    private static void check(String key, JsonNode value) {
        switch (key) {
            case "peft_type" -> requireOnly(key, value, "LORA");
            case "task_type" -> requireOnly(key, value, "CAUSAL_LM");
            case "bias" -> requireOnly(key, value, "none");
            case "init_lora_weights" -> {
                if (!isAbsent(value) && !HARMLESS_BEGINNINGS.contains(value.asString(""))) {
                    throw unsupported(key, value);
                }
            }
            case "r", "lora_alpha", "target_modules", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern" -> {}
            default -> {
                if (!HARMLESS.contains(key) && !isUnused(value)) {
                    throw unsupported(key, value);
                }
            }
        }
    }

    private static void requireOnly(String key, JsonNode value, String supported) {
        if (!isAbsent(value) && !(value.isString() && value.stringValue().equals(supported))) {
            throw wrong("%s %s: only \"%s\" is supported".formatted(key, value, supported));
        }
    }

    private static Predicate<String> targets(JsonNode value) {
        if (isAbsent(value)) {
            return ending(DEFAULT_TARGETS);
        }
        if (value.isString()) {
            String expression = value.stringValue();
            if (expression.equalsIgnoreCase("all-linear")) {
                return ending(LoraConfig.LINEAR_LAYERS);
            }
            try {
                return ModulePattern.ofPath(expression)::matches;
            } catch (IllegalArgumentException e) {
                throw wrong("a target_modules that cannot be used: " + e.getMessage());
            }
        }
        if (!value.isArray()
                || !StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isString)) {
            throw wrong("target_modules %s: it must be a list of names, a regular expression or \"all-linear\""
                    .formatted(value));
        }
        return ending(StreamSupport.stream(value.spliterator(), false)
                .map(JsonNode::stringValue)
                .collect(Collectors.toSet()));
    }

    /** A module is meant by its path, or by what follows one of its dots. */
    private static Predicate<String> ending(Set<String> names) {
        return path -> names.stream().anyMatch(name -> path.equals(name) || path.endsWith("." + name));
    }

    private static <V> Map<String, V> pattern(String key, JsonNode value, BiFunction<String, JsonNode, V> read) {
        Map<String, V> values = new LinkedHashMap<>();
        if (!isAbsent(value)) {
            if (!value.isObject()) {
                throw wrong("%s %s: it must be an object".formatted(key, value));
            }
            value.properties().forEach(entry -> {
                requirePattern(key, entry.getKey());
                values.put(entry.getKey(), read.apply(key + " \"" + entry.getKey() + "\"", entry.getValue()));
            });
        }
        return values;
    }

    private static void requirePattern(String key, String expression) {
        try {
            ModulePattern.requirePathEnd(expression);
        } catch (IllegalArgumentException e) {
            throw wrong("a %s that cannot be used: %s".formatted(key, e.getMessage()));
        }
    }

    private static int rank(String key, JsonNode value) {
        if (!value.isInt() || value.intValue() < 1) {
            throw wrong("%s %s: it must be a whole number from 1".formatted(key, value));
        }
        return value.intValue();
    }

    private static double alpha(String key, JsonNode value) {
        if (!value.isNumber() || !(value.doubleValue() > 0)) {
            throw wrong("%s %s: it must be a number over 0".formatted(key, value));
        }
        return value.doubleValue();
    }

    private static boolean bool(String key, JsonNode value) {
        if (!isAbsent(value) && !value.isBoolean()) {
            throw wrong("%s %s: it must be true or false".formatted(key, value));
        }
        return value.isBoolean() && value.booleanValue();
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** What PEFT writes for an option that is not used. */
    private static boolean isUnused(JsonNode value) {
        return isAbsent(value)
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainer() && value.isEmpty());
    }

    private static IllegalArgumentException unsupported(String key, JsonNode value) {
        return wrong(
                "%s %s, which is not supported: merge the adapter into its base with PEFT, and use the folder of the whole model"
                        .formatted(key, value));
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("its adapter_config.json has " + what);
    }
}

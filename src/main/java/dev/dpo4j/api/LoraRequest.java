package dev.dpo4j.api;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.ModulePattern;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter to train; absent fields take PEFT's defaults.
 *
 * @param r its rank
 * @param loraAlpha its scale's numerator
 * @param targetModules the linear layers it is put on
 * @param useRslora whether its scale is alpha / √r
 * @param useDora whether rows have magnitudes of their own
 * @param rankPattern other ranks by pattern of a layer's path
 * @param alphaPattern other alphas by pattern of a layer's path
 * @param loraDropout with which probability a value that enters it is dropped
 */
@Schema(
        name = "Lora",
        description = "Train a low-rank adapter instead of all weights. Absent fields take PEFT's defaults.")
record LoraRequest(
        @Schema(defaultValue = "8") @Min(1) @Max(4096) @Nullable
        Integer r,

        @Schema(defaultValue = "8") @Positive @Nullable Double loraAlpha,

        @Schema(
                description =
                        "A list of linear layers, \"all-linear\", or a regular expression for the whole path of a layer, which is as"
                                + " model.layers.0.self_attn.q_proj. Default: q_proj and v_proj.",
                implementation = Object.class,
                oneOf = {String.class, String[].class},
                example = "all-linear")
        @Nullable
        TargetModules targetModules,

        @Schema(
                description = "Scale the adapter by lora_alpha / √r instead of lora_alpha / r (rsLoRA).",
                defaultValue = "false")
        @Nullable
        Boolean useRslora,

        @Schema(
                description =
                        "Train the length of each row of the adapted weights apart from its direction (DoRA). Slower, at little more memory.",
                defaultValue = "false")
        @Nullable
        Boolean useDora,

        @Schema(
                description =
                        "Other ranks, by regular expression: the first that matches a layer's path, or what follows one of"
                                + " the path's dots, counts. A path is as model.layers.0.self_attn.q_proj.",
                example = "{\"down_proj\": 16}")
        @Size(max = 4096)
        @Nullable
        Map<String, @NotNull @Min(1) @Max(4096) Integer> rankPattern,

        @Schema(
                description = "Other lora_alpha, by regular expression likewise.",
                example = "{\"layers.0.self_attn.q_proj\": 32}")
        @Size(max = 4096)
        @Nullable
        Map<String, @NotNull @Positive Double> alphaPattern,

        @Schema(
                description =
                        "With which probability a value that enters the adapter is dropped in training, 0 to below 1. Applied when it"
                                + " is given; TRL's DPOTrainer switches dropout off unless disable_dropout is false.",
                defaultValue = "0")
        @DecimalMin("0")
        @DecimalMax(value = "1", inclusive = false)
        @Nullable
        Double loraDropout) {

    private static final String PATH = "method.dpo.hyperparameters.lora.";

    /** Characters of all expressions of a pattern: enough for the end of its path for each layer of a large Llama, and matched in seconds whatever they are. */
    private static final long MAX_PATTERNS = 1 << 14;

    private static final int DEFAULT_R = 8;
    private static final double DEFAULT_ALPHA = 8;
    private static final Set<String> DEFAULT_TARGETS = Set.of("q_proj", "v_proj");

    /**
     * The request with every gap filled.
     *
     * @param llama the shape of the model that is adapted
     * @throws ApiException naming the pattern that is no regular expression, or matches nothing
     */
    LoraConfig resolve(LlamaConfig llama) {
        Map<String, Integer> ranks = Optional.ofNullable(rankPattern).orElse(Map.of());
        Map<String, Double> alphas = Optional.ofNullable(alphaPattern).orElse(Map.of());
        Map<String, ModulePattern> ofRanks = patterns("rank_pattern", ranks);
        Map<String, ModulePattern> ofAlphas = patterns("alpha_pattern", alphas);
        LoraConfig lora = new LoraConfig(
                Optional.ofNullable(r).orElse(DEFAULT_R),
                Optional.ofNullable(loraAlpha).orElse(DEFAULT_ALPHA),
                targets(llama),
                Optional.ofNullable(useRslora).orElse(false),
                ranks,
                alphas,
                Optional.ofNullable(loraDropout).orElse(0.0),
                Optional.ofNullable(useDora).orElse(false));
        List<String> adapted =
                lora.layers(llama).stream().map(layer -> layer.linear().path()).toList();
        requireMatches("rank_pattern", ofRanks, adapted);
        requireMatches("alpha_pattern", ofAlphas, adapted);
        return lora;
    }

    private Set<String> targets(LlamaConfig llama) {
        try {
            return targetModules == null ? DEFAULT_TARGETS : targetModules.on(llama);
        } catch (IllegalArgumentException e) {
            throw invalid("target_modules", e.getMessage());
        }
    }

    /** To PEFT what matches nothing is worth a warning; here it would be read by nobody. */
    private static void requireMatches(String name, Map<String, ModulePattern> patterns, List<String> adapted) {
        patterns.forEach((expression, pattern) -> {
            if (adapted.stream().noneMatch(pattern::matches)) {
                throw invalid(
                        name,
                        "\"%s\" matches no layer that target_modules take in, which are as %s"
                                .formatted(expression, adapted.getFirst()));
            }
        });
    }

    private static Map<String, ModulePattern> patterns(String name, Map<String, ?> values) {
        Map<String, ModulePattern> patterns = new LinkedHashMap<>();
        long size = 0;
        for (String expression : values.keySet()) {
            try {
                size += ModulePattern.requirePathEnd(expression);
                patterns.put(expression, ModulePattern.ofPathEnd(expression));
            } catch (IllegalArgumentException e) {
                throw invalid(name, e.getMessage());
            }
        }
        if (size > MAX_PATTERNS) {
            throw invalid(
                    name,
                    "its expressions are longer than %d characters together when their repetitions are written out"
                            .formatted(MAX_PATTERNS));
        }
        return patterns;
    }

    private static ApiException invalid(String name, @Nullable String why) {
        return ApiException.badRequest(ProblemCode.INVALID_VALUE, PATH + name, name + ": " + why);
    }
}

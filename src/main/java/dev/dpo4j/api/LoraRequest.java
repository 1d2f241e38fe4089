package dev.dpo4j.api;

import dev.dpo4j.llama.LoraConfig;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter to train; absent fields take PEFT's defaults.
 *
 * @param r its rank
 * @param loraAlpha its scale's numerator
 * @param targetModules the linear layers it is put on
 */
@Schema(
        name = "Lora",
        description = "Train a low-rank adapter instead of all weights. Absent fields take PEFT's defaults.")
record LoraRequest(
        @Schema(defaultValue = "8") @Min(1) @Max(4096) @Nullable
        Integer r,

        @Schema(defaultValue = "8") @Positive @Nullable Double loraAlpha,

        @Schema(
                description = "A list of linear layers, or \"all-linear\". Default: q_proj and v_proj.",
                implementation = Object.class,
                oneOf = {String.class, String[].class},
                example = "all-linear")
        @Nullable
        TargetModules targetModules) {

    private static final int DEFAULT_R = 8;
    private static final double DEFAULT_ALPHA = 8;
    private static final Set<String> DEFAULT_TARGETS = Set.of("q_proj", "v_proj");

    LoraConfig resolve() {
        return new LoraConfig(
                Optional.ofNullable(r).orElse(DEFAULT_R),
                Optional.ofNullable(loraAlpha).orElse(DEFAULT_ALPHA),
                targetModules == null ? DEFAULT_TARGETS : targetModules.names());
    }
}

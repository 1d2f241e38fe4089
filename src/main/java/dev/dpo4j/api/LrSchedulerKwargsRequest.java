package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schedule's options; which one takes which, and their ranges, is for the schedules to say. */
@Schema(
        name = "LrSchedulerKwargs",
        description =
                "The schedule's own options, by transformers' names. One that the schedule does not take is refused.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record LrSchedulerKwargsRequest(
        @Schema(
                description =
                        "Waves of cosine, cosine_with_min_lr and a cosine decay, by default a half; how often cosine_with_restarts comes down, by default once.")
        @Nullable
        Double numCycles,

        @Schema(description = "Of polynomial: the rate at the end, below the learning rate.", defaultValue = "1e-7")
        @Nullable
        Double lrEnd,

        @Schema(description = "Of polynomial.", defaultValue = "1") @Nullable
        Double power,

        @Schema(description = "Of inverse_sqrt, in steps. Default: those of the warm-up; without any, 10000.") @Nullable
        Integer timescale,

        @Schema(description = "Of cosine_with_min_lr, which wants this or min_lr_rate: the least rate.") @Nullable
        Double minLr,

        @Schema(description = "Of cosine_with_min_lr: the least rate's ratio to the learning rate, 0 to 1.") @Nullable
        Double minLrRate,

        @Schema(description = "Of warmup_stable_decay: steps at the learning rate. Default: what is left of the run.")
        @Nullable
        Integer numStableSteps,

        @Schema(description = "Of warmup_stable_decay, which wants it: steps in which the rate falls.") @Nullable
        Integer numDecaySteps,

        @Schema(
                description = "Of warmup_stable_decay: the least rate's ratio to the learning rate, 0 to 1.",
                defaultValue = "0")
        @Nullable
        Double minLrRatio,

        @Schema(
                description = "Of warmup_stable_decay.",
                allowableValues = {"linear", "cosine", "1-sqrt"},
                defaultValue = "linear")
        @Nullable
        String warmupType,

        @Schema(
                description = "Of warmup_stable_decay.",
                allowableValues = {"linear", "cosine", "1-sqrt"},
                defaultValue = "cosine")
        @Nullable
        String decayType) {

    LrSchedulerKwargs kwargs() {
        Map<String, @Nullable Object> byName = new HashMap<>();
        byName.put("num_cycles", numCycles);
        byName.put("lr_end", lrEnd);
        byName.put("power", power);
        byName.put("timescale", timescale);
        byName.put("min_lr", minLr);
        byName.put("min_lr_rate", minLrRate);
        byName.put("num_stable_steps", numStableSteps);
        byName.put("num_decay_steps", numDecaySteps);
        byName.put("min_lr_ratio", minLrRatio);
        byName.put("warmup_type", warmupType);
        byName.put("decay_type", decayType);
        return LrSchedulerKwargs.given(byName);
    }
}

package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Null;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/fine_tuning/jobs}, as in OpenAI's API. */
@Schema(name = "CreateFineTuningJobRequest", description = "A fine-tuning job, as in OpenAI's API.")
record CreateFineTuningJobRequest(
        @Schema(description = "The model to train: an id from GET /v1/models.", example = "notebook")
        @NotBlank
        @Size(min = 1, max = 255)
        String model,

        @Schema(description = "A file's id, or a dataset's name.", example = "my-preferences")
        @NotBlank
        @Size(min = 1, max = 255)
        String trainingFile,

        @Schema(
                description =
                        "Likewise: evaluated before training, after each epoch or every eval_steps, and at the end.")
        @Size(min = 1, max = 255)
        @Nullable
        String validationFile,

        @Schema(description = "Part of the tuned model's name.", example = "terse")
        @Size(min = 1, max = 64)
        @Pattern(
                regexp = "[A-Za-z0-9._-]*",
                message =
                        "may have letters, digits, dots, underscores and hyphens only: it becomes part of the model's id")
        @Nullable
        String suffix,

        @Schema(
                description =
                        "Decides the order of the data and an adapter's first weights. Picked by the service when absent.")
        @Min(0)
        @Nullable
        Integer seed,

        @Schema(description = "Up to 16 labels of your own.") @Size(max = 16) @Nullable
        Map<@Size(min = 1, max = 64) String, @NotNull @Size(max = 512) String> metadata,

        @Schema(description = "Not supported: leave it out, or empty.")
        @Size(max = 0, message = "are not supported: leave them out")
        @Nullable
        List<Object> integrations,

        @Schema(description = "Not supported: put them into method.dpo.hyperparameters.", deprecated = true)
        @Null(message = "is deprecated: put them into method.dpo.hyperparameters")
        @Nullable
        Object hyperparameters,

        @NotNull(
                message =
                        "is required: {\"type\": \"dpo\"} at least, since this service does preference optimization only")
        @Valid
        Method method) {

    /**
     * How to train.
     *
     * @param type {@code dpo}
     * @param dpo its settings; null: all defaults
     */
    @Schema(name = "FineTuningMethodRequest")
    record Method(
            @Schema(example = "dpo", allowableValues = "dpo")
            @NotNull(message = "is required and must be \"dpo\"")
            @Pattern(regexp = "dpo", message = "must be \"dpo\": this service does preference optimization only")
            String type,

            @Valid @Nullable Dpo dpo) {}

    /**
     * Settings of DPO.
     *
     * @param hyperparameters null: all defaults
     */
    @Schema(name = "DpoMethodRequest")
    record Dpo(@Valid @Nullable DpoHyperparametersRequest hyperparameters) {}

    DpoHyperparametersRequest givenHyperparameters() {
        DpoHyperparametersRequest given =
                method.dpo() == null ? null : method.dpo().hyperparameters();
        return given == null ? DpoHyperparametersRequest.NONE : given;
    }
}

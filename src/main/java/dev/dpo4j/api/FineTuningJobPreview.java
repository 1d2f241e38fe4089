package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.job.JobPreview;
import dev.dpo4j.job.JobPreview.Sizes;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.Forecast;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a job would be.
 *
 * @param object always {@code fine_tuning.job.preview}
 * @param model that would be trained
 * @param error why it would fail; null: nothing is known that would make it
 * @param method with every "auto" and every gap filled
 * @param preferences that would be trained on; null, like all below but data, validationData and rows: the data cannot be used
 * @param validationPreferences that would be evaluated
 * @param stepsPerEpoch optimizer steps of one pass over the data
 * @param totalSteps of the whole job, unless it stops early
 * @param evaluations of the validation data
 * @param memoryPlan what it would take at its height
 * @param estimatedSeconds how long it would run on this machine with nothing else to do
 * @param data what is worth knowing of the training data
 * @param validationData likewise of the validation file; null: there is none
 * @param rows some of it
 */
@Schema(name = "FineTuningJobPreview", description = "What a job would be.")
@JsonInclude(JsonInclude.Include.ALWAYS)
record FineTuningJobPreview(
        @Schema(allowableValues = "fine_tuning.job.preview") String object,
        String model,

        @Schema(description = "Why the job would fail; null: nothing is known that would make it.")
        FineTuningJob.@Nullable Failure error,

        FineTuningJob.Method method,

        @Schema(description = "Preferences that would be trained on.") @Nullable
        Integer preferences,

        @Nullable Integer validationPreferences,
        @Nullable Integer stepsPerEpoch,
        @Nullable Integer totalSteps,
        @Nullable Long evaluations,
        FineTuningJob.@Nullable Memory memoryPlan,

        @Schema(
                description =
                        "How long it would run on this machine with nothing else to do: its matrix products at their present speed.")
        @Nullable
        Double estimatedSeconds,

        PreviewedData data,

        @Schema(description = "The same of the validation file; null: there is none.") @Nullable
        PreviewedData validationData,

        List<PreviewedRow> rows) {

    static FineTuningJobPreview of(JobPreview preview, @Nullable Tokenizer tokenizer) {
        TrainingData validation = preview.spec().validationData();
        Sizes sizes = preview.sizes();
        Forecast forecast = preview.forecast();
        return new FineTuningJobPreview(
                "fine_tuning.job.preview",
                preview.spec().model(),
                preview.error() == null ? null : FineTuningJob.Failure.of(preview.error()),
                FineTuningJob.Method.of(DpoHyperparameters.of(preview.spec().hyperparameters())),
                sizes == null ? null : sizes.training(),
                sizes == null ? null : sizes.validation(),
                forecast == null ? null : forecast.stepsPerEpoch(),
                forecast == null ? null : forecast.totalSteps(),
                forecast == null ? null : forecast.evaluations(),
                preview.memory() == null ? null : FineTuningJob.Memory.of(preview.memory()),
                preview.duration() == null ? null : preview.duration().toMillis() / 1000.0,
                PreviewedData.of(preview.spec().trainingData().rows(), preview.report()),
                validation == null
                        ? null
                        : PreviewedData.of(validation.rows(), Objects.requireNonNull(preview.validation())),
                preview.rows().stream()
                        .map(row -> PreviewedRow.of(row, preview.report(), tokenizer))
                        .toList());
    }
}

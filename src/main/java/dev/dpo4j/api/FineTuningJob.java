package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.job.Job;
import dev.dpo4j.job.JobError;
import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.ModelSelection;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job as OpenAI's clients read it. Times are Unix seconds. */
@Schema(name = "FineTuningJob", description = "A fine-tuning job, as in OpenAI's API.")
@JsonInclude(JsonInclude.Include.ALWAYS)
record FineTuningJob(
        @Schema(example = "fine_tuning.job") String object,
        @Schema(example = "ftjob-abc123") String id,
        String model,
        long createdAt,
        @Nullable Long finishedAt,
        @Nullable String fineTunedModel,
        @Schema(example = "org-local") String organizationId,
        List<String> resultFiles,

        @Schema(
                allowableValues = {"validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled"
                })
        String status,

        @Nullable String validationFile,
        String trainingFile,
        DpoHyperparameters.OpenAi hyperparameters,
        @Nullable Long trainedTokens,
        @Nullable Memory memoryPlan,
        @Nullable Best bestEvaluation,
        @Nullable Failure error,
        long seed,
        @Nullable Long estimatedFinish,
        List<Object> integrations,
        @Nullable Map<String, String> metadata,
        Method method) {

    private static final String OBJECT = "fine_tuning.job";
    private static final String ORGANIZATION = "org-local";

    static FineTuningJob of(Job job) {
        DpoHyperparameters hyperparameters = DpoHyperparameters.of(job.spec().hyperparameters());
        return new FineTuningJob(
                OBJECT,
                job.id(),
                job.spec().model(),
                job.createdAt().getEpochSecond(),
                seconds(job.finishedAt()),
                job.fineTunedModel(),
                ORGANIZATION,
                List.of(),
                job.status().wireName(),
                job.validationFile(),
                job.trainingFile(),
                hyperparameters.openAi(),
                job.trainedTokens(),
                job.memoryPlan() == null ? null : Memory.of(job.memoryPlan()),
                job.bestEvaluation() == null
                        ? null
                        : Best.of(
                                job.bestEvaluation(),
                                job.spec().hyperparameters().evaluation().selection()),
                job.error() == null ? null : Failure.of(job.error()),
                job.spec().hyperparameters().seed(),
                seconds(job.estimatedFinish()),
                List.of(),
                job.metadata().isEmpty() ? null : job.metadata(),
                Method.of(hyperparameters));
    }

    private static @Nullable Long seconds(@Nullable Instant instant) {
        return instant == null ? null : instant.getEpochSecond();
    }

    /**
     * Why a job failed.
     *
     * @param code for programs
     * @param message for people
     * @param param the request's field that is to blame; null: none
     */
    @Schema(name = "FineTuningJobError")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Failure(String code, String message, @Nullable String param) {

        static Failure of(JobError error) {
            return new Failure(error.code(), error.message(), error.param());
        }
    }

    /**
     * What the job takes at its height.
     *
     * @param totalBytes of all but the base
     * @param limitBytes what it may take
     * @param baseBytes a LoRA's frozen weights, which other jobs share; 0 for a full fine-tune
     * @param weightsBytes that are trained
     * @param gradientsBytes of the loss
     * @param momentsBytes AdamW's two
     * @param referenceBytes the weights of a reference that follows the policy (sync_ref_model); 0 without
     * @param activationsBytes of the largest pass
     * @param checkpointCopyBytes of a copy that is made, beyond the total, when a checkpoint is slow to write; 0: there is no room, the job waits
     * @param rowsPerPass how many tokens are put through the model at once, those that preferences share counted once
     * @param recomputesActivations whether they are computed again for want of memory, at least of some layers, which is slower
     */
    @Schema(
            name = "FineTuningJobMemory",
            description = "What the job takes at its height, in bytes; null before it has begun.")
    record Memory(
            long totalBytes,
            long limitBytes,
            long baseBytes,
            long weightsBytes,
            long gradientsBytes,
            long momentsBytes,
            long referenceBytes,
            long activationsBytes,
            long checkpointCopyBytes,
            int rowsPerPass,
            boolean recomputesActivations) {

        static Memory of(MemoryPlan plan) {
            return new Memory(
                    plan.total(),
                    plan.limit(),
                    plan.base(),
                    plan.weights(),
                    plan.gradients(),
                    plan.moments(),
                    plan.reference(),
                    plan.activations(),
                    plan.snapshot(),
                    plan.packing().rows(),
                    plan.recomputes());
        }
    }

    /**
     * The best evaluation so far.
     *
     * @param step optimizer steps done before it
     * @param metric metric_for_best_model
     * @param value of that metric
     */
    @Schema(
            name = "FineTuningJobBestEvaluation",
            description = "The best evaluation so far of the validation data; null when there was none.")
    record Best(int step, @Schema(example = "loss") String metric, double value) {

        static Best of(BestEvaluation best, ModelSelection selection) {
            return new Best(best.step(), selection.metric().wireName(), best.value());
        }
    }

    /**
     * How the model is trained.
     *
     * @param type {@code dpo}
     * @param dpo its settings
     */
    @Schema(name = "FineTuningMethod")
    record Method(@Schema(example = "dpo") String type, Dpo dpo) {

        static Method of(DpoHyperparameters hyperparameters) {
            return new Method("dpo", new Dpo(hyperparameters));
        }
    }

    /**
     * Settings of DPO.
     *
     * @param hyperparameters with every "auto" and every gap filled
     */
    @Schema(name = "DpoMethod")
    record Dpo(DpoHyperparameters hyperparameters) {}
}

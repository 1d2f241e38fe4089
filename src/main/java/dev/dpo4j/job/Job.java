package dev.dpo4j.job;

import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.MemoryPlan;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stood when it was read.
 *
 * @param id {@code ftjob-...}
 * @param status where it stands
 * @param trainingFile the file id or dataset name it was created with
 * @param validationFile likewise; null: none
 * @param spec what it runs
 * @param metadata the caller's own labels
 * @param createdAt when it was accepted
 * @param finishedAt when it succeeded, failed or was cancelled; null: not yet
 * @param estimatedFinish when it should end at its present pace; null: unknown
 * @param trainedTokens tokens trained on; null: none yet
 * @param memoryPlan what its newest run takes; null: none has begun
 * @param bestEvaluation the best evaluation so far; null: there was none
 * @param fineTunedModel the tuned model's id; null until it succeeded
 * @param error why it failed; null: it did not
 */
public record Job(
        String id,
        JobStatus status,
        String trainingFile,
        @Nullable String validationFile,
        JobSpec spec,
        Map<String, String> metadata,
        Instant createdAt,
        @Nullable Instant finishedAt,
        @Nullable Instant estimatedFinish,
        @Nullable Long trainedTokens,
        @Nullable MemoryPlan memoryPlan,
        @Nullable BestEvaluation bestEvaluation,
        @Nullable String fineTunedModel,
        @Nullable JobError error) {}

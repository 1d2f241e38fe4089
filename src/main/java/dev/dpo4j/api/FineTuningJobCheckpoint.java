package dev.dpo4j.api;

import dev.dpo4j.job.Checkpoint;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;

/** A checkpoint as OpenAI's clients read it. */
@Schema(name = "FineTuningJobCheckpoint", description = "A durable state of a job, as in OpenAI's API.")
record FineTuningJobCheckpoint(
        @Schema(example = "fine_tuning.job.checkpoint") String object,
        String id,
        long createdAt,
        String fineTunedModelCheckpoint,
        String fineTuningJobId,
        int stepNumber,
        Map<String, Object> metrics) {

    private static final String OBJECT = "fine_tuning.job.checkpoint";

    static FineTuningJobCheckpoint of(Checkpoint checkpoint) {
        return new FineTuningJobCheckpoint(
                OBJECT,
                checkpoint.id(),
                checkpoint.createdAt().getEpochSecond(),
                checkpoint.model(),
                checkpoint.jobId(),
                checkpoint.step(),
                checkpoint.metrics());
    }
}

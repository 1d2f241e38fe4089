package dev.dpo4j.job;

import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.train.Hyperparameters;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a job runs, pinned when it was created: it never changes, so every (re)start runs the same thing.
 *
 * @param jobId the job
 * @param createdAt when it was created: the time that chat templates which print a date go by, whenever the job runs
 * @param model the model that is trained, and its own reference
 * @param trainingData exactly the preferences that the file or dataset held when the job was created
 * @param validationData likewise; null: none
 * @param suffix part of the tuned model's name; null: none
 * @param hyperparameters everything else that decides the run
 */
public record JobSpec(
        String jobId,
        Instant createdAt,
        String model,
        TrainingData trainingData,
        @Nullable TrainingData validationData,
        @Nullable String suffix,
        Hyperparameters hyperparameters) {

    /** What is minimised. */
    public PreferenceLoss loss() {
        return hyperparameters.loss().loss(hyperparameters.beta());
    }

    /** The tuned model's id: {@code ft:<base>:<suffix>:<job>}; a tuned base counts by the base it came from. */
    public String tunedModelId() {
        String base = model.startsWith("ft:") ? model.split(":", -1)[1] : model;
        return "ft:" + base + ":" + (suffix == null ? "" : suffix) + ":" + jobId.substring(JobIds.JOB.length());
    }

    /** What the tuned model is tuned from; of an adapter that was trained further, its own base. */
    public String base() {
        String adapterBase = hyperparameters.adapterBase();
        return adapterBase == null ? model : adapterBase;
    }

    /** The id of the model as it was after {@code step} optimizer steps. */
    public String checkpointModelId(int step) {
        return tunedModelId() + ":ckpt-step-" + step;
    }
}

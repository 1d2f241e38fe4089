package dev.dpo4j.job;

import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.train.Hyperparameters;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job to be created.
 *
 * @param model the model to train
 * @param trainingData what to train on
 * @param validationData what to measure besides; null: nothing
 * @param suffix part of the tuned model's name; null: none
 * @param metadata the caller's own labels
 * @param hyperparameters everything else that decides the run
 */
public record NewJob(
        String model,
        TrainingData trainingData,
        @Nullable TrainingData validationData,
        @Nullable String suffix,
        Map<String, String> metadata,
        Hyperparameters hyperparameters) {

    public NewJob {
        metadata = Map.copyOf(metadata);
    }

    /**
     * What it runs.
     *
     * @param id of the job that comes of it
     * @param createdAt when it does
     */
    JobSpec spec(String id, Instant createdAt) {
        return new JobSpec(id, createdAt, model, trainingData, validationData, suffix, hyperparameters);
    }
}

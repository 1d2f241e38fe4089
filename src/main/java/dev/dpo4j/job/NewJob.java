package dev.dpo4j.job;

import dev.dpo4j.train.Hyperparameters;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job to be created.
 *
 * @param model the model to train
 * @param trainingFile a file's id or a dataset's name
 * @param validationFile likewise; null: none
 * @param suffix part of the tuned model's name; null: none
 * @param metadata the caller's own labels
 * @param hyperparameters everything else that decides the run
 */
public record NewJob(
        String model,
        String trainingFile,
        @Nullable String validationFile,
        @Nullable String suffix,
        Map<String, String> metadata,
        Hyperparameters hyperparameters) {

    public NewJob {
        metadata = Map.copyOf(metadata);
    }
}

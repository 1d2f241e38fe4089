package dev.dpo4j.job;

import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.train.AdamOptions;
import dev.dpo4j.train.Evaluation;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.ModelSelection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs to test with. */
final class JobFixtures {

    private JobFixtures() {}

    static Hyperparameters hyperparameters(int steps, @Nullable Integer saveSteps) {
        return hyperparameters(steps, saveSteps, ModelSelection.DEFAULT);
    }

    private static Hyperparameters hyperparameters(int steps, @Nullable Integer saveSteps, ModelSelection selection) {
        return new Hyperparameters(
                0.1,
                LossOptions.SIGMOID,
                8,
                1,
                3,
                steps,
                1e-6,
                LrSchedulerType.LINEAR,
                LrSchedulerKwargs.NONE,
                0,
                null,
                0,
                AdamOptions.DEFAULT,
                1,
                1024,
                TruncationMode.KEEP_START,
                true,
                42,
                1,
                saveSteps,
                2,
                null,
                null,
                null,
                new Evaluation(null, null, selection));
    }

    static NewJob newJob(int steps, @Nullable Integer saveSteps) {
        return new NewJob("notebook", file("file-1"), null, "terse", Map.of(), hyperparameters(steps, saveSteps));
    }

    static NewJob labelled(Map<String, String> metadata) {
        return new NewJob("notebook", file("file-1"), null, null, metadata, hyperparameters(1, null));
    }

    static NewJob withValidation(int steps) {
        return new NewJob("notebook", file("file-1"), file("file-2"), null, Map.of(), hyperparameters(steps, null));
    }

    static NewJob withSelection(int steps, ModelSelection selection) {
        return new NewJob(
                "notebook", file("file-1"), file("file-2"), null, Map.of(), hyperparameters(steps, null, selection));
    }

    static TrainingData file(String id) {
        return new TrainingData(TrainingData.Kind.FILE, id, 5, "0".repeat(64));
    }
}

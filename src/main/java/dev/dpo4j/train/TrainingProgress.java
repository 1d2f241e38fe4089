package dev.dpo4j.train;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands between two optimizer steps: with the weights and moments, all that an exact continuation needs. The data
 * cursor follows from {@code step}, since an epoch's order is a function of the seed.
 *
 * @param step optimizer steps done
 * @param numTokens tokens trained on so far
 * @param sinceLastReport metric sums since the last report when {@code logging_steps} is over 1; null when there are none
 * @param stepsSinceLastReport how many steps those sums cover
 * @param validationDue whether the validation that follows this step is still to be done
 * @param history what signs of trouble are seen in; of checkpoints from before it was kept, none
 */
public record TrainingProgress(
        int step,
        long numTokens,
        @Nullable PreferenceMetrics sinceLastReport,
        int stepsSinceLastReport,
        boolean validationDue,
        TrainingHistory history) {

    /** Fills in what a checkpoint from before there was a history does not hold. */
    public TrainingProgress {
        history = Objects.requireNonNullElse(history, TrainingHistory.NONE);
    }

    /** Without a history. */
    public TrainingProgress(
            int step,
            long numTokens,
            @Nullable PreferenceMetrics sinceLastReport,
            int stepsSinceLastReport,
            boolean validationDue) {
        this(step, numTokens, sinceLastReport, stepsSinceLastReport, validationDue, TrainingHistory.NONE);
    }

    /** The same with its validation done, which is in the history now. */
    TrainingProgress validated(TrainingHistory withIt) {
        return new TrainingProgress(step, numTokens, sinceLastReport, stepsSinceLastReport, false, withIt);
    }
}

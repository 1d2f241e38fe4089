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
 * @param evaluations what those before it have come to; of runs from before they were compared, nothing
 * @param history what signs of trouble are seen in; of checkpoints from before it was kept, none
 */
public record TrainingProgress(
        int step,
        long numTokens,
        @Nullable PreferenceMetrics sinceLastReport,
        int stepsSinceLastReport,
        boolean validationDue,
        Evaluations evaluations,
        TrainingHistory history) {

    /** Of a run that has not begun. */
    public static final TrainingProgress NONE =
            new TrainingProgress(0, 0, null, 0, false, Evaluations.NONE, TrainingHistory.NONE);

    /** Fills in what a checkpoint from before there were such does not hold. */
    public TrainingProgress {
        evaluations = Objects.requireNonNullElse(evaluations, Evaluations.NONE);
        history = Objects.requireNonNullElse(history, TrainingHistory.NONE);
    }

    /** The same with its validation done. */
    TrainingProgress validated(Evaluations withIt, TrainingHistory historyWithIt) {
        return new TrainingProgress(
                step, numTokens, sinceLastReport, stepsSinceLastReport, false, withIt, historyWithIt);
    }
}

package dev.dpo4j.train;

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
 */
public record TrainingProgress(
        int step,
        long numTokens,
        @Nullable PreferenceMetrics sinceLastReport,
        int stepsSinceLastReport,
        boolean validationDue) {

    /** The same with its validation done. */
    TrainingProgress validated() {
        return new TrainingProgress(step, numTokens, sinceLastReport, stepsSinceLastReport, false);
    }
}

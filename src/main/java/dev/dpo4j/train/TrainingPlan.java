package dev.dpo4j.train;

/**
 * A run's size.
 *
 * @param preferences preferences trained on
 * @param dropped preferences left out because their prompt alone reaches {@code max_length}
 * @param truncated answers that {@code max_length} cut
 * @param stepsPerEpoch optimizer steps in an epoch
 * @param totalSteps optimizer steps in all
 * @param firstStep steps already done when this run (re)starts
 */
public record TrainingPlan(
        int preferences, int dropped, int truncated, int stepsPerEpoch, int totalSteps, int firstStep) {}

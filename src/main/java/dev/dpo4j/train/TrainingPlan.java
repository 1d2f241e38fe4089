package dev.dpo4j.train;

/**
 * A run's size.
 *
 * @param preferences preferences trained on
 * @param validationPreferences preferences that are evaluated; 0: none
 * @param trainingCuts what {@code max_length} did to the training preferences
 * @param validationCuts what it did to the validation preferences
 * @param stepsPerEpoch optimizer steps in an epoch
 * @param totalSteps optimizer steps in all
 * @param firstStep steps already done when this run (re)starts
 */
public record TrainingPlan(
        int preferences,
        int validationPreferences,
        Cuts trainingCuts,
        Cuts validationCuts,
        int stepsPerEpoch,
        int totalSteps,
        int firstStep) {}

package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;

/**
 * What a run trains on.
 *
 * @param training at least one preference; here as in the validation data one that weighs nothing does not stand
 * @param validation preferences that are only evaluated; may be empty
 * @param trainingCuts what {@code max_length} did to the training preferences
 * @param validationCuts what it did to the validation preferences
 */
public record TokenizedData(
        List<TokenizedPreference> training,
        List<TokenizedPreference> validation,
        Cuts trainingCuts,
        Cuts validationCuts) {

    public TokenizedData {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        if (training.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to train on");
        }
        PreferenceWeights.requirePositive(training);
        PreferenceWeights.requirePositive(validation);
    }

    /** What training preferences, counted from 0, are known by to whoever sent them. */
    List<Integer> rowNumbers(List<Integer> preferences) {
        return preferences.stream()
                .map(preference -> training.get(preference).row())
                .toList();
    }
}

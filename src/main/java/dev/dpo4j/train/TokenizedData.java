package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;

/**
 * What a run trains on.
 *
 * @param training at least one preference
 * @param validation preferences that are only evaluated; may be empty
 * @param dropped training preferences left out because their prompt alone reaches {@code max_length}
 * @param truncated training preferences of which {@code max_length} cut an answer
 */
public record TokenizedData(
        List<TokenizedPreference> training, List<TokenizedPreference> validation, int dropped, int truncated) {

    public TokenizedData {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        if (training.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to train on");
        }
    }
}

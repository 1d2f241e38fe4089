package dev.dpo4j.dataset;

import java.util.List;

/**
 * A preference as the model sees it: one prompt shared by all answers.
 *
 * @param row the row's number in its file or dataset, from 1
 * @param prompt token ids of the shared prompt
 * @param chosen token ids of the preferred answer, at least one
 * @param rejected token ids of each rejected answer, at least one answer of at least one token
 * @param weight as how many preferences it counts in the means of losses and metrics, 0 or more
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of token ids; never compared
public record TokenizedPreference(int row, int[] prompt, int[] chosen, List<int[]> rejected, double weight) {

    public TokenizedPreference {
        rejected = List.copyOf(rejected);
    }

    /** One that counts as one. */
    public TokenizedPreference(int row, int[] prompt, int[] chosen, List<int[]> rejected) {
        this(row, prompt, chosen, rejected, 1);
    }

    /** The same, counting as so many. */
    public TokenizedPreference withWeight(double other) {
        return new TokenizedPreference(row, prompt, chosen, rejected, other);
    }
}

package dev.dpo4j.dataset;

import java.util.List;

/**
 * A preference as the model sees it: one prompt shared by all answers.
 *
 * @param row the row's number in its file or dataset, from 1
 * @param prompt token ids of the shared prompt
 * @param chosen token ids of the preferred answer, at least one
 * @param rejected token ids of each rejected answer, at least one answer of at least one token
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of token ids; never compared
public record TokenizedPreference(int row, int[] prompt, int[] chosen, List<int[]> rejected) {

    public TokenizedPreference {
        rejected = List.copyOf(rejected);
    }
}

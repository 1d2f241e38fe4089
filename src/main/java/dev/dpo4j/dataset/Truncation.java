package dev.dpo4j.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A preference cut to a greatest length, TRL's {@code keep_start}: of prompt and answer together the first tokens stay.
 * A cut answer loses its EOS; nothing is put back.
 *
 * @param preference what is left; empty: the prompt alone fills the length, so the preference is dropped
 * @param answersCut how many answers lost tokens
 */
public record Truncation(Optional<TokenizedPreference> preference, int answersCut) {

    /**
     * Cuts.
     *
     * @param maxLength tokens of prompt and answer that are kept, at least 1
     */
    public static Truncation keepStart(TokenizedPreference preference, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("max_length must be at least 1, not " + maxLength);
        }
        int room = maxLength - preference.prompt().length;
        if (room <= 0) {
            return new Truncation(Optional.empty(), 0);
        }
        List<int[]> rejected =
                preference.rejected().stream().map(answer -> cut(answer, room)).toList();
        int answersCut = preference.chosen().length > room ? 1 : 0;
        for (int[] answer : preference.rejected()) {
            answersCut += answer.length > room ? 1 : 0;
        }
        TokenizedPreference kept = new TokenizedPreference(
                preference.row(), preference.prompt(), cut(preference.chosen(), room), rejected, preference.weight());
        return new Truncation(Optional.of(kept), answersCut);
    }

    private static int[] cut(int[] answer, int room) {
        return answer.length > room ? Arrays.copyOf(answer, room) : answer;
    }
}

package dev.dpo4j.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A preference made to fit a greatest length. A cut answer may lose its EOS; nothing is put back.
 *
 * @param preference what is left; empty: the preference is dropped
 * @param promptCut whether the prompt lost tokens: its first ones, or those behind a begin token
 * @param bosKept whether it was those behind a begin token
 * @param chosenCut how many answers lost tokens that are chosen or labelled good
 * @param rejectedCut how many that are rejected or labelled bad
 * @param endsLost of how many answers an end token was among these
 */
public record Truncation(
        Optional<TokenizedPreference> preference,
        boolean promptCut,
        boolean bosKept,
        int chosenCut,
        int rejectedCut,
        int endsLost) {

    private static final Truncation DROPPED = new Truncation(Optional.empty(), false, false, 0, 0, 0);

    /**
     * Cuts.
     *
     * @param maxLength tokens of prompt and answer that are kept, at least 1
     * @param special the begin token stays where a prompt begins with it and loses its beginning
     * @throws InvalidRowException when it is too long and that is an error
     */
    public static Truncation of(
            TokenizedPreference preference, TruncationMode mode, int maxLength, SpecialTokens special) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("max_length must be at least 1, not " + maxLength);
        }
        int length = preference.prompt().length + longestAnswer(preference);
        if (length <= maxLength) {
            return new Truncation(Optional.of(preference), false, false, 0, 0, 0);
        }
        return switch (mode) {
            case KEEP_START -> cutAnswers(preference, preference.prompt(), false, maxLength, special);
            case KEEP_PROMPT_END -> {
                int[] prompt = preference.prompt();
                int[] end = end(prompt, maxLength - longestAnswer(preference));
                Integer bos = special.bos();
                boolean keepsBos = false;
                if (end.length < prompt.length && bos != null && prompt[0] == bos) {
                    end[0] = bos;
                    keepsBos = true;
                }
                yield cutAnswers(preference, end, keepsBos, maxLength, special);
            }
            case DROP -> DROPPED;
            case ERROR ->
                throw new InvalidRowException(
                        "",
                        "prompt and answer are " + length + " tokens, more than the " + maxLength
                                + " that max_length and the model's positions allow");
        };
    }

    private static int longestAnswer(TokenizedPreference preference) {
        return preference.answers().stream()
                .mapToInt(answer -> answer.length)
                .max()
                .orElseThrow();
    }

    /** The last tokens of a prompt; never fewer than one, which an answer needs to follow. */
    private static int[] end(int[] prompt, int room) {
        return prompt.length <= Math.max(room, 1)
                ? prompt
                : Arrays.copyOfRange(prompt, prompt.length - Math.max(room, 1), prompt.length);
    }

    private static Truncation cutAnswers(
            TokenizedPreference preference, int[] prompt, boolean bosKept, int maxLength, SpecialTokens special) {
        int room = maxLength - prompt.length;
        if (room <= 0) {
            return DROPPED;
        }
        List<int[]> answers = preference.answers();
        List<int[]> kept = answers.stream().map(answer -> cut(answer, room)).toList();
        int chosenCut = 0;
        int rejectedCut = 0;
        int endsLost = 0;
        for (int a = 0; a < kept.size(); a++) {
            boolean isCut = answers.get(a).length > room;
            boolean preferred = a == 0 && preference.label() != Label.BAD;
            chosenCut += isCut && preferred ? 1 : 0;
            rejectedCut += isCut && !preferred ? 1 : 0;
            endsLost += !special.lacksEos(answers.get(a)) && special.lacksEos(kept.get(a)) ? 1 : 0;
        }
        return new Truncation(
                Optional.of(preference.with(prompt, kept)),
                prompt.length < preference.prompt().length,
                bosKept,
                chosenCut,
                rejectedCut,
                endsLost);
    }

    /** How many answers lost tokens. */
    public int answersCut() {
        return chosenCut + rejectedCut;
    }

    private static int[] cut(int[] answer, int room) {
        return answer.length > room ? Arrays.copyOf(answer, room) : answer;
    }
}

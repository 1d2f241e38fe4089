package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A preference or a labelled answer as the model sees it: one prompt shared by all answers.
 *
 * @param row the row's number in its file or dataset, from 1
 * @param prompt token ids of the shared prompt
 * @param chosen token ids of the preferred answer, at least one; of the labelled one
 * @param rejected token ids of each rejected answer, at least one answer of at least one token; none beside a labelled one
 * @param weight as how many preferences it counts in the means of losses and metrics, 0 or more
 * @param label what is thought of a labelled answer; null: it is a preference
 * @param mismatched token ids of another prompt's answer, of which a loss of labelled answers learns how far the policy is from the
 *     reference; null: none is looked at
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of token ids; never compared
public record TokenizedPreference(
        int row,
        int[] prompt,
        int[] chosen,
        List<int[]> rejected,
        double weight,
        @Nullable Label label,
        int @Nullable [] mismatched) {

    public TokenizedPreference {
        rejected = List.copyOf(rejected);
    }

    /** A preference that counts as one. */
    public TokenizedPreference(int row, int[] prompt, int[] chosen, List<int[]> rejected) {
        this(row, prompt, chosen, rejected, 1, null, null);
    }

    /** A labelled answer that counts as one. */
    public static TokenizedPreference labelled(int row, int[] prompt, int[] answer, Label label) {
        return new TokenizedPreference(row, prompt, answer, List.of(), 1, label, null);
    }

    /** The answers themselves: the preferred one first; or the labelled one. */
    public List<int[]> answers() {
        List<int[]> answers = new ArrayList<>();
        answers.add(chosen);
        answers.addAll(rejected);
        return answers;
    }

    /** All that is computed after the prompt: the answers, and the mismatched one behind them, if there is any. */
    public List<int[]> scoredAnswers() {
        List<int[]> answers = answers();
        if (mismatched != null) {
            answers.add(mismatched);
        }
        return answers;
    }

    /** How many tokens each of these has. */
    public int[] lengths() {
        return scoredAnswers().stream().mapToInt(answer -> answer.length).toArray();
    }

    /** How many tokens all of these have. */
    public int scored() {
        return scoredAnswers().stream().mapToInt(answer -> answer.length).sum();
    }

    /** Rows that it takes in a forward pass at most: fewer when it begins like another one. An answer's last token predicts nothing. */
    public int rows() {
        return prompt.length
                + scoredAnswers().stream().mapToInt(answer -> answer.length - 1).sum();
    }

    /** Rows of the longest of its texts. */
    public int context() {
        return prompt.length
                + scoredAnswers().stream()
                        .mapToInt(answer -> answer.length - 1)
                        .max()
                        .orElse(0);
    }

    /** Tokens as TRL counts them: the prompt once with each answer, but for a mismatched one. */
    public long tokens() {
        return answers().stream()
                .mapToLong(answer -> prompt.length + answer.length)
                .sum();
    }

    /** Whether a labelled answer is thought good; null: it is a preference. */
    public @Nullable Boolean good() {
        return label == null ? null : label.good();
    }

    /** The same, counting as so many. */
    public TokenizedPreference withWeight(double other) {
        return new TokenizedPreference(row, prompt, chosen, rejected, other, label, mismatched);
    }

    /** The same with another prompt and other answers, of which there are as many. */
    TokenizedPreference with(int[] otherPrompt, List<int[]> answers) {
        return new TokenizedPreference(
                row, otherPrompt, answers.getFirst(), answers.subList(1, answers.size()), weight, label, mismatched);
    }

    TokenizedPreference withMismatched(int[] answer) {
        return new TokenizedPreference(row, prompt, chosen, rejected, weight, label, answer);
    }
}

package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.PreferenceLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Of what the tokens' log-probabilities are summed up: all that a loss may ask of a preference. */
enum Summed {
    /** Each answer, chosen first. */
    ANSWERS,
    /** Each answer, and then of each pair the beginnings of both, as long as the shorter of the two: for LD-DPO. */
    ANSWERS_AND_BEGINNINGS;

    /**
     * Some tokens of a preference.
     *
     * @param answer of which they are, 0 for the chosen one
     * @param length how many, from the answer's first on
     */
    record Span(int answer, int length) {}

    /** What a loss wants summed. */
    static Summed of(PreferenceLoss loss) {
        return of(loss.ldAlpha());
    }

    /** What a loss of these options wants summed. */
    static Summed of(LossOptions options) {
        return of(options.ldAlpha());
    }

    private static Summed of(@Nullable Double ldAlpha) {
        return ldAlpha == null ? ANSWERS : ANSWERS_AND_BEGINNINGS;
    }

    List<Span> spans(TokenizedPreference preference) {
        int[] lengths = preference.lengths();
        List<Span> spans = new ArrayList<>();
        for (int a = 0; a < lengths.length; a++) {
            spans.add(new Span(a, lengths[a]));
        }
        if (this == ANSWERS_AND_BEGINNINGS) {
            for (int a = 1; a < lengths.length; a++) {
                int shorter = Math.min(lengths[0], lengths[a]);
                spans.add(new Span(0, shorter));
                spans.add(new Span(a, shorter));
            }
        }
        return spans;
    }

    /** Sums token values over each span of each preference of a batch. */
    double[][] sums(PreferenceBatch batch, double[] perToken) {
        double[][] sums = new double[batch.preferences().size()][];
        for (int p = 0; p < sums.length; p++) {
            List<Span> spans = spans(batch.preferences().get(p));
            sums[p] = new double[spans.size()];
            for (int s = 0; s < sums[p].length; s++) {
                int first = batch.starts()[p][spans.get(s).answer()];
                for (int i = first; i < first + spans.get(s).length(); i++) {
                    sums[p][s] += perToken[i];
                }
            }
        }
        return sums;
    }

    /** The tokens of each span. */
    List<int[]> texts(TokenizedPreference preference) {
        List<int[]> answers = preference.scoredAnswers();
        return spans(preference).stream()
                .map(span -> Arrays.copyOf(answers.get(span.answer()), span.length()))
                .toList();
    }
}

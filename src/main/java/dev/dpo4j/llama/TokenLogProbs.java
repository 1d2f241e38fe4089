package dev.dpo4j.llama;

import dev.dpo4j.kernel.TokenFigures;
import org.jspecify.annotations.Nullable;

/**
 * What the output layer says of the scored tokens.
 *
 * @param logProbs (N) log-probability of each, natural
 * @param lse (N) log-sum-exp of the logits each was chosen from
 * @param logSquares (N) {@code log Σ p²} over the vocabulary each was chosen from; null: not asked for
 * @param figures (N) of the logits each was chosen from; null: not asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record TokenLogProbs(
        double[] logProbs,
        double[] lse,
        double @Nullable [] logSquares,
        @Nullable TokenFigures figures) {

    /** What to tell besides log-probabilities. */
    public record Besides(boolean logSquares, boolean figures) {

        /** Nothing. */
        public static final Besides NOTHING = new Besides(false, false);
    }
}

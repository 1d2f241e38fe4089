package dev.dpo4j.train;

import static dev.dpo4j.train.PreferenceBatchTest.EXAMPLE;
import static dev.dpo4j.train.PreferenceBatchTest.TWO_REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.kernel.TokenFigures;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From tokens to answers, and back. */
class BatchLogProbsTest {

    @Test
    void sumsAreOverAnswersAndTheirBeginnings() {
        BatchLogProbs logProbs = logProbs(List.of(EXAMPLE, TWO_REJECTED), 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024);

        assertThat(logProbs.sums(Summed.ANSWERS)).isDeepEqualTo(new double[][] {{3, 4}, {56, 192, 1792}});
        assertThat(logProbs.sums(Summed.ANSWERS_AND_BEGINNINGS))
                .isDeepEqualTo(new double[][] {{3, 4, 1, 4}, {56, 192, 1792, 24, 192, 56, 1792}});
    }

    @Test
    void everyTokenHasItsAnswersSlope() {
        BatchLogProbs logProbs = logProbs(List.of(EXAMPLE, TWO_REJECTED), new double[11]);
        List<PreferenceLosses> losses = List.of(losses(new double[] {-1, 2}), losses(new double[] {-3, 4, 5}));

        assertThat(logProbs.slopes(losses, null, 2))
                .containsExactly(-0.5, -0.5, 1, /* */ -1.5, -1.5, -1.5, 2, 2, 2.5, 2.5, 2.5);
    }

    /** The chosen answer of three tokens stands in a pair with one of two and in one with one of three. */
    @Test
    void behindTheShorterAnswersEndATokenHasAShareOfItsPairsSlope() {
        BatchLogProbs logProbs = logProbs(List.of(TWO_REJECTED), new double[8]);
        PreferenceLosses losses = losses(new double[] {-4, 1, 3}, pair(-1, 1, 0, 0), pair(-3, 3, 0, 0));

        assertThat(logProbs.slopes(List.of(losses), 0.5, 1))
                .containsExactly(-2, -2, -1.75, /* */ 0.5, 0.5, /* */ 1.5, 1.5, 1.5);
    }

    /** As above, but half of the first pair's slopes is by the whole sums. */
    @Test
    void behindTheShorterAnswersEndATokenHasAllOfWhatIsOfTheWholeSums() {
        BatchLogProbs logProbs = logProbs(List.of(TWO_REJECTED), new double[8]);
        PreferenceLosses losses = losses(new double[] {-4, 1, 3}, pair(-1, 1, -0.5, 0.5), pair(-3, 3, 0, 0));

        assertThat(logProbs.slopes(List.of(losses), 0.5, 1))
                .containsExactly(-2, -2, -1.875, /* */ 0.5, 0.5, /* */ 1.5, 1.5, 1.5);
    }

    private static BatchLogProbs logProbs(List<TokenizedPreference> preferences, double... tokens) {
        TokenLogProbs logProbs = new TokenLogProbs(tokens, new double[tokens.length], TokenFigures.of(tokens.length));
        return new BatchLogProbs(PreferenceBatch.of(preferences), logProbs);
    }

    private static PairLoss pair(double chosen, double rejected, double wholeChosen, double wholeRejected) {
        return new PairLoss(0, 0, 0, 0, chosen, rejected, wholeChosen, wholeRejected);
    }

    private static PreferenceLosses losses(double[] slopes, PairLoss... pairs) {
        return new PreferenceLosses(0, List.of(pairs), slopes);
    }
}

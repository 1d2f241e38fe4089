package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How preferences become rows. */
class PreferenceBatchTest {

    private static final TokenizedPreference EXAMPLE =
            new TokenizedPreference(1, ids(1, 2), ids(3, 4), List.of(ids(5)));
    private static final TokenizedPreference TWO_REJECTED =
            new TokenizedPreference(2, ids(6), ids(7, 8, 9), List.of(ids(7, 1), ids(2, 3, 4)));

    @Test
    void thePromptStandsOnceAndItsLastRowPredictsEveryAnswersFirstToken() {
        PreferenceBatch batch = PreferenceBatch.of(List.of(EXAMPLE, TWO_REJECTED));

        assertThat(batch.tree().tokens()).containsExactly(1, 2, 3, /* */ 6, 7, 8, 2, 3);
        assertThat(batch.tree().positions()).containsExactly(0, 1, 2, /* */ 0, 1, 2, 1, 2);
        assertThat(batch.scored().rows()).containsExactly(1, 2, 1, /* */ 3, 4, 5, 3, 4, 3, 6, 7);
        assertThat(batch.scored().targets()).containsExactly(3, 4, 5, /* */ 7, 8, 9, 7, 1, 2, 3, 4);
        assertThat(batch.starts()).isDeepEqualTo(new int[][] {{0, 2, 3}, {3, 6, 8, 11}});
    }

    @Test
    void sumsAreOverAnswersAndTheirBeginnings() {
        PreferenceBatch batch = PreferenceBatch.of(List.of(EXAMPLE, TWO_REJECTED));

        assertThat(batch.sums(new double[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}))
                .isDeepEqualTo(new double[][] {{3, 4}, {56, 192, 1792}});
        assertThat(batch.sums(
                        new double[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}, Summed.ANSWERS_AND_BEGINNINGS))
                .isDeepEqualTo(new double[][] {{3, 4, 1, 4}, {56, 192, 1792, 24, 192, 56, 1792}});
    }

    @Test
    void everyTokenHasItsAnswersSlope() {
        PreferenceBatch batch = PreferenceBatch.of(List.of(EXAMPLE, TWO_REJECTED));
        List<PreferenceLosses> losses = List.of(losses(new double[] {-1, 2}), losses(new double[] {-3, 4, 5}));

        assertThat(batch.slopes(losses, null, 2))
                .containsExactly(-0.5, -0.5, 1, /* */ -1.5, -1.5, -1.5, 2, 2, 2.5, 2.5, 2.5);
    }

    /** The chosen answer of three tokens stands in a pair with one of two and in one with one of three. */
    @Test
    void behindTheShorterAnswersEndATokenHasAShareOfItsPairsSlope() {
        PreferenceBatch batch = PreferenceBatch.of(List.of(TWO_REJECTED));
        PreferenceLosses losses = losses(new double[] {-4, 1, 3}, pair(-1, 1, 0, 0), pair(-3, 3, 0, 0));

        assertThat(batch.slopes(List.of(losses), 0.5, 1))
                .containsExactly(-2, -2, -1.75, /* */ 0.5, 0.5, /* */ 1.5, 1.5, 1.5);
    }

    /** As above, but half of the first pair's slopes is by the whole sums. */
    @Test
    void behindTheShorterAnswersEndATokenHasAllOfWhatIsOfTheWholeSums() {
        PreferenceBatch batch = PreferenceBatch.of(List.of(TWO_REJECTED));
        PreferenceLosses losses = losses(new double[] {-4, 1, 3}, pair(-1, 1, -0.5, 0.5), pair(-3, 3, 0, 0));

        assertThat(batch.slopes(List.of(losses), 0.5, 1))
                .containsExactly(-2, -2, -1.875, /* */ 0.5, 0.5, /* */ 1.5, 1.5, 1.5);
    }

    private static PairLoss pair(double chosen, double rejected, double wholeChosen, double wholeRejected) {
        return new PairLoss(0, 0, 0, 0, chosen, rejected, wholeChosen, wholeRejected);
    }

    private static PreferenceLosses losses(double[] slopes, PairLoss... pairs) {
        return new PreferenceLosses(0, List.of(pairs), slopes);
    }

    @Test
    void sizesAreCountedAsTheyAreUsed() {
        assertThat(PreferenceBatch.rows(TWO_REJECTED)).isEqualTo(6);
        assertThat(PreferenceBatch.scored(TWO_REJECTED)).isEqualTo(8);
        assertThat(PreferenceBatch.context(TWO_REJECTED)).isEqualTo(3);
        assertThat(PreferenceBatch.tokens(TWO_REJECTED)).isEqualTo(4 + 3 + 4); // the prompt with each answer
    }

    @Test
    void aCutKeepsTheOrderAndGivesALargePreferenceABatchOfItsOwn() {
        List<TokenizedPreference> rows = List.of(EXAMPLE, EXAMPLE, TWO_REJECTED, EXAMPLE); // 3, 3, 6 and 3 rows

        assertThat(sizes(PreferenceBatch.cut(rows, 6))).containsExactly(2, 1, 1);
        assertThat(sizes(PreferenceBatch.cut(rows, 9))).containsExactly(2, 2);
        assertThat(sizes(PreferenceBatch.cut(rows, 12))).as("not 12 and 3 rows").containsExactly(2, 2);
        assertThat(sizes(PreferenceBatch.cut(rows, 100))).containsExactly(4);
        assertThat(sizes(PreferenceBatch.cut(rows, 1))).containsExactly(1, 1, 1, 1);
        assertThat(PreferenceBatch.cut(rows, 6).stream().flatMap(b -> b.preferences().stream()))
                .containsExactlyElementsOf(rows);
        assertThat(PreferenceBatch.cut(List.of(), 6)).isEmpty();
    }

    @Test
    void refusesAnEmptyPrompt() {
        TokenizedPreference promptless = new TokenizedPreference(17, ids(), ids(3), List.of(ids(4)));

        assertThatThrownBy(() -> PreferenceBatch.of(List.of(EXAMPLE, promptless)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 17 has an empty prompt");
    }

    private static List<Integer> sizes(List<PreferenceBatch> batches) {
        return batches.stream().map(batch -> batch.preferences().size()).toList();
    }

    private static int[] ids(int... ids) {
        return ids;
    }
}

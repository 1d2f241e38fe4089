package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizedPreferenceTest {

    private static final TokenizedPreference TWO_REJECTED =
            new TokenizedPreference(2, ids(6), ids(7, 8, 9), List.of(ids(7, 1), ids(2, 3, 4)));

    @Test
    void sizesAreCountedAsTheyAreUsed() {
        assertThat(TWO_REJECTED.rows()).isEqualTo(6);
        assertThat(TWO_REJECTED.scored()).isEqualTo(8);
        assertThat(TWO_REJECTED.lengths()).containsExactly(3, 2, 3);
        assertThat(TWO_REJECTED.context()).isEqualTo(3);
        assertThat(TWO_REJECTED.tokens()).isEqualTo(4 + 3 + 4); // the prompt with each answer
        assertThat(TWO_REJECTED.good()).isNull();
    }

    @Test
    void aMismatchedAnswerIsScoredButIsNoAnswerAndNoneOfTheTokens() {
        TokenizedPreference labelled = TokenizedPreference.labelled(1, ids(1, 2), ids(3, 4, 5), Label.BAD);
        TokenizedPreference mismatched = labelled.withMismatched(ids(6, 7, 8, 9));

        assertThat(mismatched.answers()).containsExactly(ids(3, 4, 5));
        assertThat(mismatched.scoredAnswers()).containsExactly(ids(3, 4, 5), ids(6, 7, 8, 9));
        assertThat(mismatched.rows()).isEqualTo(2 + 2 + 3);
        assertThat(mismatched.scored()).isEqualTo(7);
        assertThat(mismatched.context()).isEqualTo(2 + 3);
        assertThat(mismatched.tokens()).isEqualTo(labelled.tokens()).isEqualTo(5);
        assertThat(mismatched.good()).isFalse();
    }

    private static int[] ids(int... ids) {
        return ids;
    }
}

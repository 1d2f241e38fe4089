package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How preferences become rows. */
class PreferenceBatchTest {

    static final TokenizedPreference EXAMPLE = new TokenizedPreference(1, ids(1, 2), ids(3, 4), List.of(ids(5)));
    static final TokenizedPreference TWO_REJECTED =
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
    void refusesAnEmptyPrompt() {
        TokenizedPreference promptless = new TokenizedPreference(17, ids(), ids(3), List.of(ids(4)));

        assertThatThrownBy(() -> PreferenceBatch.of(List.of(EXAMPLE, promptless)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 17 has an empty prompt");
    }

    private static int[] ids(int... ids) {
        return ids;
    }
}

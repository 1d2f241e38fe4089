package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TruncationTest {

    private static final TokenizedPreference PREFERENCE = new TokenizedPreference(
            7, new int[] {1, 2, 3}, new int[] {4, 5}, List.of(new int[] {6, 7, 8}, new int[] {9}), 2.5);

    @Test
    void firstTokensOfPromptAndAnswerAreKept() {
        Truncation truncation = Truncation.keepStart(PREFERENCE, 5);
        assertThat(truncation.answersCut()).isEqualTo(1);
        TokenizedPreference kept = truncation.preference().orElseThrow();
        assertThat(kept.row()).isEqualTo(7);
        assertThat(kept.weight()).isEqualTo(2.5);
        assertThat(kept.prompt()).containsExactly(1, 2, 3);
        assertThat(kept.chosen()).containsExactly(4, 5);
        assertThat(kept.rejected().get(0)).containsExactly(6, 7);
        assertThat(kept.rejected().get(1)).containsExactly(9);
    }

    @Test
    void whatFitsIsLeftAlone() {
        Truncation truncation = Truncation.keepStart(PREFERENCE, 6);
        assertThat(truncation.answersCut()).isZero();
        assertThat(truncation.preference().orElseThrow().rejected().get(0)).containsExactly(6, 7, 8);
    }

    @Test
    void chosenAnswerIsCountedToo() {
        assertThat(Truncation.keepStart(PREFERENCE, 4).answersCut()).isEqualTo(2);
    }

    @Test
    void promptThatFillsTheLengthDropsThePreference() {
        assertThat(Truncation.keepStart(PREFERENCE, 3).preference()).isEmpty();
        assertThat(Truncation.keepStart(PREFERENCE, 1).preference()).isEmpty();
    }

    @Test
    void lengthBelowOneIsRefused() {
        assertThatThrownBy(() -> Truncation.keepStart(PREFERENCE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max_length must be at least 1, not 0");
    }
}

package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TruncationTest {

    private static final TokenizedPreference PREFERENCE = new TokenizedPreference(
                    7, new int[] {1, 2, 3}, new int[] {4, 5}, List.of(new int[] {6, 7, 8}, new int[] {9}))
            .withWeight(2.5);

    @Test
    void firstTokensOfPromptAndAnswerAreKept() {
        Truncation truncation = keepStart(5);
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
        Truncation truncation = keepStart(6);
        assertThat(truncation.answersCut()).isZero();
        assertThat(truncation.preference().orElseThrow().rejected().get(0)).containsExactly(6, 7, 8);
    }

    @Test
    void chosenAnswerIsCountedToo() {
        assertThat(keepStart(4).answersCut()).isEqualTo(2);
    }

    @Test
    void chosenAndRejectedAnswersAreToldApartAndSoAreThoseThatLoseAnEndToken() {
        TokenizedPreference row = new TokenizedPreference(
                1,
                new int[] {1},
                new int[] {4, 9}, // fits
                List.of(new int[] {4, 5, 9}, new int[] {4, 5, 6}, new int[] {4, 5, 6, 9}));
        Truncation truncation =
                Truncation.of(row, TruncationMode.KEEP_START, 3, new SpecialTokens(null, 9, false, token -> false));
        assertThat(truncation.chosenCut()).isZero();
        assertThat(truncation.rejectedCut()).isEqualTo(3);
        assertThat(truncation.endsLost()).as("the second had none").isEqualTo(2);
    }

    @Test
    void promptThatFillsTheLengthDropsThePreference() {
        assertThat(keepStart(3).preference()).isEmpty();
        assertThat(keepStart(1).preference()).isEmpty();
    }

    @Test
    void aLabelledAnswerKeepsItsLabel() {
        Truncation truncation = Truncation.of(
                TokenizedPreference.labelled(7, new int[] {1, 2, 3}, new int[] {4, 5}, Label.BAD),
                TruncationMode.KEEP_START,
                4,
                SpecialTokens.UNKNOWN);
        assertThat(truncation.chosenCut()).isZero();
        assertThat(truncation.rejectedCut()).isEqualTo(1);
        TokenizedPreference kept = truncation.preference().orElseThrow();
        assertThat(kept.chosen()).containsExactly(4);
        assertThat(kept.rejected()).isEmpty();
        assertThat(kept.label()).isEqualTo(Label.BAD);
    }

    @Test
    void lengthBelowOneIsRefused() {
        assertThatThrownBy(() -> keepStart(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max_length must be at least 1, not 0");
    }

    @Test
    void thePromptsBeginningGoesThatAnswersStayWhole() {
        Truncation truncation = keepPromptEnd(5, null);
        assertThat(truncation.promptCut()).isTrue();
        assertThat(truncation.answersCut()).isZero();
        TokenizedPreference kept = truncation.preference().orElseThrow();
        assertThat(kept.row()).isEqualTo(7);
        assertThat(kept.prompt()).containsExactly(2, 3);
        assertThat(kept.chosen()).containsExactly(4, 5);
        assertThat(kept.rejected().get(0)).containsExactly(6, 7, 8);
    }

    @Test
    void aBeginTokenStaysAtTheBeginning() {
        assertThat(keepPromptEnd(5, 1).preference().orElseThrow().prompt()).containsExactly(1, 3);
        assertThat(keepPromptEnd(5, 1).bosKept()).isTrue();
        assertThat(keepPromptEnd(5, 2).preference().orElseThrow().prompt()).containsExactly(2, 3);
        assertThat(keepPromptEnd(5, 2).bosKept()).isFalse();
        assertThat(keepPromptEnd(6, 1).bosKept()).as("nothing is cut").isFalse();
    }

    @Test
    void aTokenOfThePromptStaysAndAnswersAreCutWhereNothingElseHelps() {
        for (int length : new int[] {3, 2}) {
            Truncation truncation = keepPromptEnd(length, null);
            TokenizedPreference kept = truncation.preference().orElseThrow();
            assertThat(kept.prompt()).containsExactly(3);
            assertThat(kept.rejected().get(0)).hasSize(length - 1);
            assertThat(truncation.answersCut()).isEqualTo(length == 3 ? 1 : 2);
        }
    }

    @Test
    void theWholePreferenceGoesOrIsAnError() {
        assertThat(of(TruncationMode.DROP, 6).preference()).contains(PREFERENCE);
        assertThat(of(TruncationMode.DROP, 5).preference()).isEmpty();
        assertThat(of(TruncationMode.ERROR, 6).preference()).contains(PREFERENCE);
        assertThatThrownBy(() -> of(TruncationMode.ERROR, 5))
                .isInstanceOf(InvalidRowException.class)
                .hasMessageContaining("6 tokens, more than the 5 that max_length and the model's positions allow");
    }

    private static Truncation keepStart(int maxLength) {
        return of(TruncationMode.KEEP_START, maxLength);
    }

    private static Truncation keepPromptEnd(int maxLength, @Nullable Integer bos) {
        return Truncation.of(
                PREFERENCE,
                TruncationMode.KEEP_PROMPT_END,
                maxLength,
                new SpecialTokens(bos, null, false, token -> false));
    }

    private static Truncation of(TruncationMode mode, int maxLength) {
        return Truncation.of(PREFERENCE, mode, maxLength, SpecialTokens.UNKNOWN);
    }
}

package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which other answer a row is given. Prompts are given by number; answer 10 is that of the first row, 11 that of the second, and so on. */
class MismatchedAnswersTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 2 3 4         | 4   | 13 10 11 12
            1 2 3 4 5 6 7   | 3   | 12 10 11 15 13 14 15
            1 2 3 4         | 2   | 11 10 13 12
            1 2 3 4         | 256 | 13 10 11 12
            1 1 2 2         | 4   | 13 13 11 11
            1 2 2 1         | 4   | 12 10 10 12
            1 1 1 2         | 4   | 13 13 13 12
            1 2 3 3 4       | 2   | 11 10 11 11 13
            3 3 1 2         | 2   | 13 13 13 12
            """)
    void isTheAnswerBeforeItInItsBlockToAnotherPrompt(String prompts, int block, String expected) {
        List<TokenizedPreference> rows = new ArrayList<>();
        for (String prompt : prompts.split(" ", -1)) {
            rows.add(row(new int[] {Integer.parseInt(prompt)}, new int[] {10 + rows.size()}));
        }

        List<TokenizedPreference> given = MismatchedAnswers.give(rows, block, 100);

        assertThat(given.stream().map(row -> String.valueOf(mismatched(row)[0])))
                .containsExactly(expected.split(" ", -1));
        assertThat(given.stream().map(TokenizedPreference::chosen))
                .containsExactlyElementsOf(
                        rows.stream().map(TokenizedPreference::chosen).toList());
        assertThat(given).extracting(TokenizedPreference::label).containsOnly(Label.BAD);
    }

    @Test
    void isCutWhereItsPromptLeavesNoRoom() {
        List<TokenizedPreference> rows =
                List.of(row(new int[] {1, 2, 3}, new int[] {4}), row(new int[] {5}, new int[] {6, 7, 8, 9}));

        List<TokenizedPreference> given = MismatchedAnswers.give(rows, 2, 5);

        assertThat(mismatched(given.get(0))).containsExactly(6, 7);
        assertThat(mismatched(given.get(1))).containsExactly(4);
    }

    @Test
    void rowsOfOnePromptHaveNone() {
        for (int n : new int[] {1, 3}) {
            List<TokenizedPreference> rows = Collections.nCopies(n, row(new int[] {1, 2}, new int[] {3}));
            assertThatThrownBy(() -> MismatchedAnswers.give(rows, 2, 100))
                    .isInstanceOf(InvalidRowException.class)
                    .hasMessageContaining("give several prompts, or take loss_type apo_zero_unpaired");
        }
    }

    private static TokenizedPreference row(int[] prompt, int[] answer) {
        return TokenizedPreference.labelled(1, prompt, answer, Label.BAD);
    }

    private static int[] mismatched(TokenizedPreference row) {
        return Objects.requireNonNull(row.mismatched());
    }
}

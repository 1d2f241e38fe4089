package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataInspectionTest {

    private static final int BOS = 1;
    private static final int EOS = 2;
    private static final int LINE_BREAK = 13;
    private static final SpecialTokens SPECIAL = new SpecialTokens(BOS, EOS, true, token -> token == LINE_BREAK);

    private final DataInspection inspection = new DataInspection(SPECIAL);

    @Test
    void lengthsAreThoseOfAllRowsAndAnswers() {
        for (int n = 1; n <= 20; n++) {
            add(row(n, tokens(n), tokens(3), tokens(n)));
        }
        DataReport report = inspection.report();

        assertThat(report.prompts()).contains(new LengthStatistics(1, 10.5, 10, 19, 20));
        assertThat(report.chosen()).contains(new LengthStatistics(3, 3, 3, 3, 3));
        assertThat(report.rejected()).contains(new LengthStatistics(1, 10.5, 10, 19, 20));
        assertThat(report.texts()).contains(new LengthStatistics(4, (4 + 5 + 414) / 20.0, 20, 38, 40));
        assertThat(report.pairs()).isEqualTo(20);
        assertThat(report.chosenLonger()).isEqualTo(2);
        assertThat(report.chosenShorter()).isEqualTo(17);
    }

    @Test
    void ofNothingThereAreNoLengths() {
        DataReport report = inspection.report();
        assertThat(report.prompts()).isEmpty();
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void anUsualRowIsNotTalkedAbout() {
        add(row(1, new int[] {BOS, 5}, new int[] {6, EOS}, new int[] {7, EOS}));
        add(row(2, new int[] {BOS, 5}, new int[] {8, EOS, LINE_BREAK}, new int[] {7, EOS})); // a template's
        assertThat(inspection.report().findings()).isEmpty();
    }

    @Test
    void tokensOfBeginningsAndEndsAreMissedAndFoundDoubled() {
        add(row(1, new int[] {5}, new int[] {6, EOS}, new int[] {7, EOS}));
        add(row(2, new int[] {BOS, BOS, 5}, new int[] {6, EOS}, new int[] {7, EOS}));
        add(row(3, new int[] {BOS, 6}, new int[] {6, EOS}, new int[] {7}));
        add(row(4, new int[] {BOS, 7}, new int[] {6, EOS, EOS}, new int[] {7, EOS}));
        add(row(5, new int[] {BOS, 8}, new int[] {6, EOS, 9}, new int[] {7, EOS})); // in its midst
        add(row(6, new int[] {BOS, 9}, new int[] {6, EOS}, new int[] {LINE_BREAK}));
        assertThat(inspection.report().findings())
                .isEqualTo(Map.of(
                        RowFinding.MISSING_BOS, rows(1),
                        RowFinding.DOUBLED_BOS, rows(2),
                        RowFinding.MISSING_EOS, rows(3, 5, 6),
                        RowFinding.DOUBLED_EOS, rows(4)));
    }

    @Test
    void aTokenizerThatPutsNoBeginTokenMissesNone() {
        DataInspection other = new DataInspection(new SpecialTokens(BOS, null, false, token -> false));
        other.add(
                row(1, new int[] {5}, new int[] {6}, new int[] {7}), 1, whole(row(1, tokens(1), tokens(1), tokens(1))));
        assertThat(other.report().findings()).isEmpty();
    }

    @Test
    void whatDoesNotFitIsToldByWhatBecomesOfIt() {
        TokenizedPreference row = row(1, new int[] {BOS, 3, 4}, new int[] {5, EOS}, new int[] {6, EOS});
        inspection.add(row, 4, Truncation.of(row, TruncationMode.KEEP_START, 4, SPECIAL));
        TokenizedPreference second = row(2, new int[] {BOS, 3, 4}, new int[] {7, EOS}, new int[] {8, EOS});
        inspection.add(second, 3, Truncation.of(second, TruncationMode.KEEP_PROMPT_END, 4, SPECIAL));
        TokenizedPreference third = row(3, new int[] {BOS, 3, 4}, new int[] {9, EOS}, new int[] {10, EOS});
        inspection.add(third, 3, Truncation.of(third, TruncationMode.DROP, 4, SPECIAL));
        TokenizedPreference fourth = row(4, new int[] {BOS, 3, 4}, new int[] {11, EOS}, new int[] {12, EOS});
        inspection.add(fourth, 3, null);
        DataReport report = inspection.report();
        assertThat(report.findings())
                .isEqualTo(Map.of(
                        RowFinding.BOUNDARY_MERGE, rows(1),
                        RowFinding.ANSWER_TRUNCATED, rows(1),
                        RowFinding.PROMPT_TRUNCATED, rows(2),
                        RowFinding.DROPPED, rows(3),
                        RowFinding.TOO_LONG, rows(4)));
        assertThat(report.of(1)).containsExactly(RowFinding.BOUNDARY_MERGE, RowFinding.ANSWER_TRUNCATED);
    }

    @Test
    void rowsThatWeighNothingAreNamed() {
        inspection.addWeightless(3);
        DataReport report = inspection.report();
        assertThat(report.findings()).isEqualTo(Map.of(RowFinding.WEIGHTLESS, rows(3)));
        assertThat(report.texts()).isEmpty();
    }

    @Test
    void rowsThatStandTwiceSayNothingOrContradictEachOtherAreNamed() {
        int[] prompt = {BOS, 5};
        int[] a = {6, EOS};
        int[] b = {7, EOS};
        int[] c = {8, EOS};
        add(row(1, prompt, a, b));
        add(row(2, new int[] {BOS, 6}, b, a)); // another prompt
        add(row(3, prompt, a, b));
        add(row(4, prompt, c, c));
        add(row(5, prompt, b, c));
        assertThat(inspection.report().findings())
                .isEqualTo(Map.of(
                        RowFinding.DUPLICATE, rows(3),
                        RowFinding.IDENTICAL_ANSWERS, rows(4),
                        RowFinding.CONTRADICTION, rows(1, 4, 5)));
    }

    @Test
    void labelledAnswersContradictEachOtherByTheirLabels() {
        int[] prompt = {BOS, 5};
        int[] answer = {6, EOS};
        add(TokenizedPreference.labelled(1, prompt, answer, Label.GOOD));
        add(TokenizedPreference.labelled(2, prompt, answer, Label.GOOD));
        add(TokenizedPreference.labelled(3, prompt, answer, Label.BAD));
        DataReport report = inspection.report();
        assertThat(report.findings())
                .isEqualTo(Map.of(RowFinding.DUPLICATE, rows(2), RowFinding.CONTRADICTION, rows(1, 3)));
        assertThat(report.rejected()).contains(new LengthStatistics(2, 2, 2, 2, 2));
        assertThat(report.pairs()).isZero();
    }

    /** Taken apart for a loss of labelled answers, a row comes as one answer after the other. */
    @Test
    void labelledAnswersOfOneRowThatAreTheSameAreFound() {
        int[] prompt = {BOS, 5};
        int[] answer = {6, EOS};
        int[] other = {7, EOS};
        add(TokenizedPreference.labelled(1, prompt, answer, Label.GOOD));
        add(TokenizedPreference.labelled(1, prompt, answer, Label.BAD));
        add(TokenizedPreference.labelled(2, prompt, other, Label.BAD));
        add(TokenizedPreference.labelled(3, new int[] {BOS, 6}, other, Label.GOOD));
        add(TokenizedPreference.labelled(3, new int[] {BOS, 6}, answer, Label.BAD));
        add(TokenizedPreference.labelled(3, new int[] {BOS, 6}, answer, Label.BAD));
        assertThat(inspection.report().findings())
                .as("and no row contradicts or repeats itself")
                .isEqualTo(Map.of(RowFinding.IDENTICAL_ANSWERS, rows(1, 3)));
    }

    private void add(TokenizedPreference row) {
        inspection.add(row, row.prompt().length, whole(row));
    }

    private static Truncation whole(TokenizedPreference row) {
        return Truncation.of(row, TruncationMode.ERROR, 1000, SPECIAL);
    }

    private static TokenizedPreference row(int row, int[] prompt, int[] chosen, int[] rejected) {
        return new TokenizedPreference(row, prompt, chosen, List.of(rejected));
    }

    private static int[] tokens(int n) {
        return IntStream.range(100, 100 + n).toArray();
    }

    private static BitSet rows(int... rows) {
        BitSet set = new BitSet();
        IntStream.of(rows).forEach(set::set);
        return set;
    }
}

package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at rows one after the other and says at the end what is worth knowing of them together. */
public final class DataInspection {

    private final SpecialTokens special;
    private final IntStream.Builder prompts = IntStream.builder();
    private final IntStream.Builder chosen = IntStream.builder();
    private final IntStream.Builder rejected = IntStream.builder();
    private final IntStream.Builder texts = IntStream.builder();
    private final Map<RowFinding, BitSet> findings = new EnumMap<>(RowFinding.class);
    private final Map<TokensHash, Integer> rowsSeen = new HashMap<>();
    private final Set<TokensHash> answersOfLastRow = new HashSet<>(); // with their prompts
    private final Map<TokensHash, Integer> preferredIn = new HashMap<>();
    private final Map<TokensHash, Integer> rejectedIn = new HashMap<>();
    private int lastRow; // they count from 1
    private int pairs;
    private int chosenLonger;
    private int chosenShorter;

    /**
     * Of one model's tokens.
     *
     * @param special what its texts should begin and end with
     */
    public DataInspection(SpecialTokens special) {
        this.special = special;
    }

    /**
     * The next row, or one labelled answer of it, each after the other.
     *
     * @param whole before anything is cut off
     * @param promptAlone how many tokens the prompt has without an answer behind it
     * @param fitted what is left of it; null: it is too long, and that is an error
     */
    public void add(TokenizedPreference whole, int promptAlone, @Nullable Truncation fitted) {
        lengths(whole);
        int row = whole.row();
        find(RowFinding.BOUNDARY_MERGE, row, promptAlone > whole.prompt().length);
        find(RowFinding.MISSING_BOS, row, special.lacksBos(whole.prompt()));
        find(RowFinding.DOUBLED_BOS, row, special.doublesBos(whole.prompt()));
        find(RowFinding.MISSING_EOS, row, whole.answers().stream().anyMatch(special::lacksEos));
        find(RowFinding.DOUBLED_EOS, row, whole.answers().stream().anyMatch(special::doublesEos));
        find(RowFinding.TOO_LONG, row, fitted == null);
        find(RowFinding.DROPPED, row, fitted != null && fitted.preference().isEmpty());
        find(RowFinding.PROMPT_TRUNCATED, row, fitted != null && fitted.promptCut());
        find(RowFinding.ANSWER_TRUNCATED, row, fitted != null && fitted.answersCut() > 0);
        same(whole);
    }

    /** The next row, which weighs nothing and is not looked at any further. */
    public void addWeightless(int row) {
        find(RowFinding.WEIGHTLESS, row, true);
    }

    private void lengths(TokenizedPreference row) {
        prompts.add(row.prompt().length);
        (row.label() == Label.BAD ? rejected : chosen).add(row.chosen().length);
        int longest = row.chosen().length;
        for (int[] answer : row.rejected()) {
            rejected.add(answer.length);
            longest = Math.max(longest, answer.length);
            pairs++;
            chosenLonger += row.chosen().length > answer.length ? 1 : 0;
            chosenShorter += row.chosen().length < answer.length ? 1 : 0;
        }
        texts.add(row.prompt().length + longest);
    }

    private void same(TokenizedPreference row) {
        List<int[]> all = new ArrayList<>(List.of(row.prompt()));
        all.addAll(row.answers());
        if (row.label() != null) {
            all.add(new int[] {row.label() == Label.GOOD ? 1 : 0});
        }
        Integer before = rowsSeen.putIfAbsent(TokensHash.of(all), row.row());
        find(RowFinding.DUPLICATE, row.row(), before != null && before != row.row());
        if (row.row() != lastRow) {
            answersOfLastRow.clear();
            lastRow = row.row();
        }
        for (int a = 0; a < row.answers().size(); a++) {
            TokensHash answer =
                    TokensHash.of(List.of(row.prompt(), row.answers().get(a)));
            find(RowFinding.IDENTICAL_ANSWERS, row.row(), !answersOfLastRow.add(answer));
            boolean preferred = a == 0 && row.label() != Label.BAD;
            Integer opposite = (preferred ? rejectedIn : preferredIn).get(answer);
            if (opposite != null && opposite != row.row()) {
                find(RowFinding.CONTRADICTION, opposite, true);
                find(RowFinding.CONTRADICTION, row.row(), true);
            }
            (preferred ? preferredIn : rejectedIn).putIfAbsent(answer, row.row());
        }
    }

    private void find(RowFinding finding, int row, boolean found) {
        if (found) {
            findings.computeIfAbsent(finding, f -> new BitSet()).set(row);
        }
    }

    private static int[] lengths(IntStream.Builder builder) {
        return builder.build().toArray();
    }

    /** Everything together; nothing can be added any more. */
    public DataReport report() {
        return new DataReport(
                LengthStatistics.of(lengths(prompts)),
                LengthStatistics.of(lengths(chosen)),
                LengthStatistics.of(lengths(rejected)),
                LengthStatistics.of(lengths(texts)),
                pairs,
                chosenLonger,
                chosenShorter,
                findings);
    }
}

package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Gives each labelled answer another prompt's answer, of which KTO (Ethayarajh et al., arXiv 2402.01306) learns how far the policy is from
 * the reference: x2 the answer to x1, x3 that to x2, x1 that to the last, and so on round each block of rows, as TRL turns its batches. Which
 * one it is follows from the rows' order in the data and the blocks' size alone, however they are shuffled and packed later.
 *
 * <p>An answer to the same prompt is passed over, since that would be no mismatch. A block of one prompt takes an answer from the rows
 * before it. In neither case does TRL: a last batch of one row is compared with itself there.
 */
public final class MismatchedAnswers {

    private final List<TokenizedPreference> rows;
    private final int block;
    private final Map<Integer, int[]> answersBeforeBlocks = new HashMap<>();

    private MismatchedAnswers(List<TokenizedPreference> rows, int block) {
        this.rows = rows;
        this.block = block;
    }

    /**
     * The rows, each with its mismatched answer.
     *
     * @param rows labelled answers, each with its prompt shorter than {@code longest}
     * @param block how many rows make a block
     * @param longest tokens of prompt and mismatched answer together; what is beyond is cut off
     * @throws InvalidRowException when there are no two prompts
     */
    public static List<TokenizedPreference> give(List<TokenizedPreference> rows, int block, int longest) {
        MismatchedAnswers mismatched = new MismatchedAnswers(rows, block);
        List<TokenizedPreference> given = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            TokenizedPreference row = rows.get(i);
            int[] answer = mismatched.of(i);
            given.add(row.withMismatched(
                    Arrays.copyOf(answer, Math.min(answer.length, longest - row.prompt().length))));
        }
        return given;
    }

    private int[] of(int row) {
        int first = row - row % block;
        int size = Math.min(block, rows.size() - first);
        IntStream backwards = IntStream.range(1, size).map(back -> first + Math.floorMod(row - first - back, size));
        OptionalInt inBlock = firstMismatch(row, backwards);
        return inBlock.isPresent()
                ? rows.get(inBlock.getAsInt()).chosen()
                : answersBeforeBlocks.computeIfAbsent(first, this::before);
    }

    private int[] before(int first) {
        int n = rows.size();
        IntStream backwards = IntStream.range(1, n).map(back -> Math.floorMod(first - back, n));
        int other = firstMismatch(first, backwards)
                .orElseThrow(() -> new InvalidRowException(
                        "",
                        "kto compares each prompt with the answer to another one, and all rows have the same prompt:"
                                + " give several prompts, or take loss_type apo_zero_unpaired"));
        return rows.get(other).chosen();
    }

    private OptionalInt firstMismatch(int row, IntStream others) {
        return others.filter(other ->
                        !Arrays.equals(rows.get(row).prompt(), rows.get(other).prompt()))
                .findFirst();
    }
}

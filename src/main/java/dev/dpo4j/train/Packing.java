package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.PassSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How the preferences of a step are put through the model.
 *
 * @param rows of one pass: more is faster and takes more memory; decides the order of sums. A preference with more of them makes a pass of
 *     its own
 * @param keep what a pass keeps of each layer; decides no bit
 * @param wholeLayers how many layers, the last ones, are kept whole where of the others only what enters them is
 */
public record Packing(int rows, Activations.Keep keep, int wholeLayers) {

    /** No layer is kept in another way than all. */
    public Packing(int rows, Activations.Keep keep) {
        this(rows, keep, 0);
    }

    /** The most rows of one pass: where the search for those that fit ends. Memory allows fewer of all models but tiny ones. */
    public static final int MOST_ROWS = 1 << 14;

    /** The largest pass there can be over some data, cut like this. */
    PassSize largestPass(TokenizedData data, int batchSize) {
        List<TokenizedPreference> all = new ArrayList<>(data.training());
        all.addAll(data.validation());
        int largest = all.stream().mapToInt(TokenizedPreference::rows).max().orElseThrow();
        long batchRows = largestSum(all, batchSize, TokenizedPreference::rows);
        int capacity = (int) Math.max(largest, Math.min(rows, batchRows));
        int context = all.stream().mapToInt(TokenizedPreference::context).max().orElseThrow();
        // All but the first token of an answer stand for a row each.
        int answers = all.stream().mapToInt(p -> p.scoredAnswers().size()).max().orElseThrow();
        long scored = Math.min(
                largestSum(all, batchSize, TokenizedPreference::scored), capacity + (long) batchSize * answers);
        return new PassSize(capacity, Math.toIntExact(scored), context);
    }

    /** The most that {@code count} preferences can come to. */
    private static long largestSum(
            List<TokenizedPreference> preferences, int count, ToIntFunction<TokenizedPreference> size) {
        return preferences.stream()
                .map(size::applyAsInt)
                .sorted(Comparator.reverseOrder())
                .limit(count)
                .mapToLong(Integer::longValue)
                .sum();
    }
}

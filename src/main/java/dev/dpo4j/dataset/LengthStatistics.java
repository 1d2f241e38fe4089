package dev.dpo4j.dataset;

import java.util.Arrays;
import java.util.Optional;

/**
 * How long some token sequences are.
 *
 * @param min the shortest
 * @param median of an even number the lower of the two in the middle
 * @param p95 at least 95 % are no longer
 * @param max the longest
 */
public record LengthStatistics(int min, double mean, int median, int p95, int max) {

    /** Of so many tokens each; nothing of none. */
    static Optional<LengthStatistics> of(int[] lengths) {
        if (lengths.length == 0) {
            return Optional.empty();
        }
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        return Optional.of(new LengthStatistics(
                sorted[0],
                Arrays.stream(sorted).average().orElseThrow(),
                sorted[quantile(sorted.length, 0.5)],
                sorted[quantile(sorted.length, 0.95)],
                sorted[sorted.length - 1]));
    }

    /** The nearest rank: of n sorted values the first that share of them, itself among them, do not exceed. */
    private static int quantile(int n, double share) {
        return (int) Math.ceil(share * n) - 1;
    }
}

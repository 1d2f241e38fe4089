package dev.dpo4j.job;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which checkpoints {@code save_total_limit} leaves, as in transformers: the newest and the best always, then the newer ones. */
final class KeptCheckpoints {

    private KeptCheckpoints() {}

    /**
     * The steps of those that stay.
     *
     * @param newestFirst the steps of all there are
     * @param limit how many are to stay; the best and the newest count, and stay with a limit of 1 too
     * @param best the best evaluation's step, of which there need not be a checkpoint; null: none was evaluated
     */
    static Set<Integer> of(List<Integer> newestFirst, int limit, @Nullable Integer best) {
        Set<Integer> kept = new LinkedHashSet<>();
        if (!newestFirst.isEmpty()) {
            kept.add(newestFirst.getFirst());
        }
        if (best != null && newestFirst.contains(best)) {
            kept.add(best);
        }
        for (int step : newestFirst) {
            if (kept.size() < limit) {
                kept.add(step);
            }
        }
        return kept;
    }
}

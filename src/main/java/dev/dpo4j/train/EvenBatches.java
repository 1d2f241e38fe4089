package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts preferences into batches: as few as can be, and the largest of them as small as can be then, since a full one and a small rest take
 * longer. The cut depends on nothing else, and so do the sums made of it.
 */
final class EvenBatches {

    private EvenBatches() {}

    /** Batches of at most {@code capacity} rows, in order; a preference that is larger alone makes a batch of its own. */
    static List<PreferenceBatch> of(List<TokenizedPreference> preferences, int capacity) {
        int fewest = fill(preferences, capacity).size();
        int enough = capacity;
        int tooSmall = 0;
        while (enough - tooSmall > 1) {
            int middle = (enough + tooSmall) >>> 1;
            if (fill(preferences, middle).size() == fewest) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return fill(preferences, enough).stream().map(PreferenceBatch::of).toList();
    }

    /** Fills one batch after the other. */
    private static List<List<TokenizedPreference>> fill(List<TokenizedPreference> preferences, int capacity) {
        List<List<TokenizedPreference>> batches = new ArrayList<>();
        List<TokenizedPreference> last = new ArrayList<>();
        int room = 0;
        for (TokenizedPreference preference : preferences) {
            int size = preference.rows();
            if (batches.isEmpty() || size > room) {
                last = new ArrayList<>();
                batches.add(last);
                room = capacity;
            }
            last.add(preference);
            room -= size;
        }
        return batches;
    }
}

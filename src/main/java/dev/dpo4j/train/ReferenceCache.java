package dev.dpo4j.train;

import java.util.Collection;
import java.util.Map;

/**
 * Where answers' summed log-probabilities under reference models outlive the runs that computed them. Keys are those of
 * {@link ReferenceKeys}. The first value stored under a key stays: whoever computes it again gets that one, so that a run which is
 * begun again sees the numbers it saw before. Sums of answers and of their beginnings are kept, not tokens': a
 * loss that weighs tokens by themselves wants keys of its own kind, not other values under these.
 */
public interface ReferenceCache {

    /** Keeps nothing. */
    ReferenceCache NONE = new ReferenceCache() {
        @Override
        public Map<String, Double> find(Collection<String> keys) {
            return Map.of();
        }

        @Override
        public Map<String, Double> store(Map<String, Double> sums) {
            return sums;
        }
    };

    /** What is stored under some of the keys; others are not in the answer. */
    Map<String, Double> find(Collection<String> keys);

    /**
     * Stores what is not there yet.
     *
     * @param sums finite
     * @return what is stored under these keys now
     */
    Map<String, Double> store(Map<String, Double> sums);
}

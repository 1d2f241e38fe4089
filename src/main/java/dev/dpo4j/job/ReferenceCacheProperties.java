package dev.dpo4j.job;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long reference log-probabilities are kept.
 *
 * @param maxAge since they were last used, to the day
 * @param maxEntries answers, the least recently used going first; 0: nothing is kept or looked up
 */
@ConfigurationProperties("dpo4j.training.reference-cache")
record ReferenceCacheProperties(
        @DefaultValue("90d") Duration maxAge,
        @DefaultValue("1000000") int maxEntries) {

    ReferenceCacheProperties {
        if (!maxAge.isPositive()) {
            throw new IllegalArgumentException("dpo4j.training.reference-cache.max-age must be positive, not " + maxAge
                    + "; max-entries 0 switches the cache off");
        }
        if (maxEntries < 0) {
            throw new IllegalArgumentException(
                    "dpo4j.training.reference-cache.max-entries must not be negative: " + maxEntries);
        }
    }

    boolean off() {
        return maxEntries == 0;
    }
}

package dev.dpo4j.job;

import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Removes reference log-probabilities that nobody has used for long, or that are too many. A job computes what it misses. */
@Component
class ReferenceCacheSweep {

    private static final Logger log = LoggerFactory.getLogger(ReferenceCacheSweep.class);

    private final ReferenceLogProbRows rows;
    private final ReferenceCacheProperties properties;
    private final Clock clock;

    ReferenceCacheSweep(ReferenceLogProbRows rows, ReferenceCacheProperties properties, Clock clock) {
        this.rows = rows;
        this.properties = properties;
        this.clock = clock;
    }

    @Scheduled(initialDelayString = "PT1H", fixedDelayString = "PT6H")
    void sweep() {
        int unused = rows.removeUnusedSince(clock.instant().minus(properties.maxAge()));
        int tooMany = rows.removeBeyond(properties.maxEntries());
        if (unused + tooMany > 0) {
            log.info(
                    "Removed {} reference log-probabilities not used for {}, and {} beyond the {} that are kept",
                    unused,
                    properties.maxAge(),
                    tooMany,
                    properties.maxEntries());
        }
    }
}

package dev.dpo4j.job;

import dev.dpo4j.train.ReferenceCache;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;

/**
 * The reference's log-probabilities in the database, for all jobs and nodes. They are no job's state, so no fence guards them. While
 * the database is away a run waits here as it would at its next event: with an answer left out it would compute other last bits than
 * the same run undisturbed.
 */
@Component
class StoredReferenceCache implements ReferenceCache {

    /** A use is written down when the last one is older, so that looking up is mostly just that. */
    private static final Duration TO_THE_DAY = Duration.ofDays(1);

    /** Ids in one statement. */
    private static final int AT_ONCE = 500;

    private final ReferenceLogProbRows rows;
    private final ReferenceCacheProperties properties;
    private final DatabasePatience patience;
    private final Clock clock;

    StoredReferenceCache(
            ReferenceLogProbRows rows, ReferenceCacheProperties properties, DatabasePatience patience, Clock clock) {
        this.rows = rows;
        this.properties = properties;
        this.patience = patience;
        this.clock = clock;
    }

    @Override
    public Map<String, Double> find(Collection<String> keys) {
        if (properties.off()) {
            return Map.of();
        }
        Map<String, Double> found = new HashMap<>();
        for (List<String> some : slices(List.copyOf(keys))) {
            patience.outlast(() -> findSome(some)).forEach(row -> found.put(row.id(), row.logProb()));
        }
        return found;
    }

    @Override
    public Map<String, Double> store(Map<String, Double> sums) {
        if (properties.off()) {
            return sums;
        }
        Map<String, Double> stored = new HashMap<>();
        for (List<String> some : slices(sums.keySet().stream().sorted().toList())) {
            SequencedMap<String, Double> slice = new TreeMap<>();
            some.forEach(key -> slice.put(key, sums.get(key)));
            stored.putAll(patience.outlast(() -> storeSome(slice)));
        }
        return stored;
    }

    private List<ReferenceLogProbRows.Found> findSome(List<String> keys) {
        List<ReferenceLogProbRows.Found> found = rows.find(keys);
        Instant now = clock.instant();
        List<String> longUnused = found.stream()
                .filter(row -> row.usedAt().toInstant().isBefore(now.minus(TO_THE_DAY)))
                .map(ReferenceLogProbRows.Found::id)
                .sorted()
                .toList();
        if (!longUnused.isEmpty()) {
            rows.use(longUnused, now);
        }
        return found;
    }

    private Map<String, Double> storeSome(SequencedMap<String, Double> sums) {
        Map<String, Double> stored = new HashMap<>();
        SequencedMap<String, Double> missing = new TreeMap<>(sums);
        while (!missing.isEmpty()) {
            for (ReferenceLogProbRows.Found row : rows.find(missing.keySet())) {
                stored.put(row.id(), row.logProb());
                missing.remove(row.id());
            }
            if (!missing.isEmpty() && inserted(missing)) {
                stored.putAll(missing);
                missing.clear();
            }
        }
        return stored;
    }

    /** Whether nobody had stored any of them since they were looked for; otherwise they are to be looked for again. */
    private boolean inserted(SequencedMap<String, Double> sums) {
        try {
            rows.insert(sums, clock.instant());
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    private static List<List<String>> slices(List<String> keys) {
        return IntStream.iterate(0, first -> first < keys.size(), first -> first + AT_ONCE)
                .mapToObj(first -> keys.subList(first, Math.min(keys.size(), first + AT_ONCE)))
                .toList();
    }
}

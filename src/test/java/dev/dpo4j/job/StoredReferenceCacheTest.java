package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

@JobTest
class StoredReferenceCacheTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final ReferenceCacheProperties KEEP = new ReferenceCacheProperties(Duration.ofDays(90), 1000);

    @Autowired
    private ReferenceLogProbRows rows;

    @Autowired
    private DatabasePatience patience;

    @Autowired
    private JdbcClient jdbc;

    @BeforeEach
    void empty() {
        jdbc.sql("delete from reference_log_prob").update();
    }

    @Test
    void whatIsStoredIsFoundToTheLastBit() {
        Map<String, Double> sums =
                Map.of("a", -123.456, "b", Math.nextUp(-123.456), "c", -1e-300, "d", -Double.MAX_VALUE, "e", -1.0 / 3);
        StoredReferenceCache cache = cacheAt(NOW);
        assertThat(cache.store(sums)).isEqualTo(sums);
        assertThat(cache.find(List.of("a", "b", "c", "d", "e", "f"))).isEqualTo(sums);
        assertThat(cache.find(List.of())).isEmpty();
    }

    @Test
    void theFirstValueStays() {
        StoredReferenceCache cache = cacheAt(NOW);
        cache.store(Map.of("a", -1.0));
        assertThat(cache.store(Map.of("a", -1.5, "b", -2.0))).isEqualTo(Map.of("a", -1.0, "b", -2.0));
        assertThat(cache.find(List.of("a", "b"))).isEqualTo(Map.of("a", -1.0, "b", -2.0));
    }

    @Test
    void moreThanAStatementTakesAreStoredInSeveral() {
        Map<String, Double> sums = sums(1201, -1);
        StoredReferenceCache cache = cacheAt(NOW);
        assertThat(cache.store(sums)).isEqualTo(sums);
        assertThat(cache.find(sums.keySet())).isEqualTo(sums);
    }

    @Test
    void twoThatStoreTheSameAnswersAtOnceUseTheSameValues() throws Exception {
        StoredReferenceCache cache = cacheAt(NOW);
        for (int round = 0; round < 20; round++) {
            empty();
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Map<String, Double>> one = storing(cache, together, sums(40, -1));
            CompletableFuture<Map<String, Double>> other = storing(cache, together, sums(40, -2));
            assertThat(one.get())
                    .isEqualTo(other.get())
                    .isEqualTo(cache.find(sums(40, 0).keySet()));
        }
    }

    @Test
    void aUseIsWrittenDownOnceADay() {
        cacheAt(NOW).store(Map.of("a", -1.0));
        cacheAt(NOW.plus(Duration.ofHours(23))).find(List.of("a"));
        assertThat(usedAt("a")).isEqualTo(NOW);
        Instant nextDay = NOW.plus(Duration.ofHours(25));
        cacheAt(nextDay).find(List.of("a"));
        assertThat(usedAt("a")).isEqualTo(nextDay);
    }

    @Test
    void theSweepRemovesWhatNobodyHasUsedForLong() {
        cacheAt(NOW.minus(Duration.ofDays(91))).store(Map.of("a", -1.0, "b", -2.0));
        cacheAt(NOW.minus(Duration.ofDays(89))).find(List.of("b"));
        new ReferenceCacheSweep(rows, KEEP, Clock.fixed(NOW, ZoneOffset.UTC)).sweep();
        assertThat(cacheAt(NOW).find(List.of("a", "b"))).containsOnlyKeys("b");
    }

    @Test
    void theSweepRemovesTheLeastRecentlyUsedOfTooMany() {
        cacheAt(NOW.minusSeconds(3)).store(Map.of("a", -1.0));
        cacheAt(NOW.minusSeconds(1)).store(Map.of("b", -2.0));
        cacheAt(NOW.minusSeconds(2)).store(Map.of("c", -3.0));
        ReferenceCacheProperties two = new ReferenceCacheProperties(Duration.ofDays(90), 2);
        new ReferenceCacheSweep(rows, two, Clock.fixed(NOW, ZoneOffset.UTC)).sweep();
        assertThat(cacheAt(NOW).find(List.of("a", "b", "c"))).containsOnlyKeys("b", "c");
    }

    @Test
    void oneThatIsOffStoresAndFindsNothing() {
        cacheAt(NOW).store(Map.of("a", -1.0));
        StoredReferenceCache off = cache(rows, new ReferenceCacheProperties(Duration.ofDays(90), 0), patience, NOW);
        assertThat(off.find(List.of("a"))).isEmpty();
        assertThat(off.store(Map.of("b", -2.0))).isEqualTo(Map.of("b", -2.0));
        assertThat(cacheAt(NOW).find(List.of("a", "b"))).containsOnlyKeys("a");
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedFor() {
        List<Duration> pauses = new ArrayList<>();
        ReferenceLogProbRows away = new ReferenceLogProbRows(jdbc) {
            @Override
            List<Found> find(Collection<String> ids) {
                if (pauses.size() < 3) {
                    throw new DataAccessResourceFailureException(
                            "away", new SQLException("Connection refused", "08001"));
                }
                return super.find(ids);
            }
        };
        StoredReferenceCache cache = cache(away, KEEP, new DatabasePatience(new ServiceStop(), pauses::add), NOW);
        assertThat(cache.store(Map.of("a", -1.0))).isEqualTo(Map.of("a", -1.0));
        assertThat(pauses).hasSize(3);
    }

    @Test
    void boundsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> new ReferenceCacheProperties(Duration.ZERO, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max-age must be positive");
        assertThatThrownBy(() -> new ReferenceCacheProperties(Duration.ofDays(1), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max-entries must not be negative");
    }

    private static CompletableFuture<Map<String, Double>> storing(
            StoredReferenceCache cache, CyclicBarrier together, Map<String, Double> sums) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                together.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return cache.store(sums);
        });
    }

    private static Map<String, Double> sums(int n, double value) {
        return IntStream.range(0, n)
                .boxed()
                .collect(Collectors.toMap(i -> "key " + i, i -> value, (one, other) -> one, HashMap::new));
    }

    private Instant usedAt(String id) {
        return jdbc.sql("select used_at from reference_log_prob where id = ?")
                .param(id)
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private StoredReferenceCache cacheAt(Instant now) {
        return cache(rows, KEEP, patience, now);
    }

    private static StoredReferenceCache cache(
            ReferenceLogProbRows rows, ReferenceCacheProperties properties, DatabasePatience patience, Instant now) {
        return new StoredReferenceCache(rows, properties, patience, Clock.fixed(now, ZoneOffset.UTC));
    }
}

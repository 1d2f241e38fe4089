package dev.dpo4j.job;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table {@code reference_log_prob}, in statements of many rows; each commits by itself, in whole or not at all. */
@Component
class ReferenceLogProbRows {

    private final JdbcClient jdbc;

    ReferenceLogProbRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A stored sum. */
    record Found(String id, double logProb, OffsetDateTime usedAt) {}

    List<Found> find(Collection<String> ids) {
        return jdbc.sql("select id, log_prob, used_at from reference_log_prob where id in (:ids)")
                .param("ids", ids)
                .query((row, number) -> new Found(
                        row.getString("id"), row.getDouble("log_prob"), row.getObject("used_at", OffsetDateTime.class)))
                .list();
    }

    void use(Collection<String> ids, Instant now) {
        jdbc.sql("update reference_log_prob set used_at = :now where id in (:ids)")
                .param("now", utc(now))
                .param("ids", ids)
                .update();
    }

    /**
     * Adds sums.
     *
     * @param sums in the order of their ids: two nodes that add the same then wait for, not lock out, each other
     * @throws org.springframework.dao.DuplicateKeyException when one of them is there; none is added
     */
    void insert(SequencedMap<String, Double> sums, Instant now) {
        List<Object> values = new ArrayList<>();
        for (Map.Entry<String, Double> sum : sums.entrySet()) {
            values.addAll(List.of(sum.getKey(), sum.getValue(), utc(now)));
        }
        String rows = sums.keySet().stream().map(id -> "(?, ?, ?)").collect(Collectors.joining(", "));
        jdbc.sql("insert into reference_log_prob (id, log_prob, used_at) values " + rows)
                .params(values)
                .update();
    }

    /** Removes what was not used since. */
    int removeUnusedSince(Instant time) {
        return jdbc.sql("delete from reference_log_prob where used_at < ?")
                .param(utc(time))
                .update();
    }

    /** Removes the least recently used beyond a number of rows. */
    int removeBeyond(int most) {
        return jdbc.sql("""
                        delete from reference_log_prob where id in (
                            select id from reference_log_prob order by used_at desc, id offset ? rows)""").param(most).update();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}

package dev.dpo4j.dataset;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface PreferenceRows extends Repository<PreferenceRow, PreferenceRow.Key> {

    PreferenceRow save(PreferenceRow row);

    Optional<PreferenceRow> findByKeyDatasetAndRecordId(String dataset, String recordId);

    @Query("""
            select r from PreferenceRow r
            where r.key.dataset = :dataset and r.key.sequence > :after order by r.key.sequence""")
    List<PreferenceRow> oldestFirst(String dataset, long after, Limit limit);

    @Query("""
            select r from PreferenceRow r
            where r.key.dataset = :dataset and r.key.sequence < :before order by r.key.sequence desc""")
    List<PreferenceRow> newestFirst(String dataset, long before, Limit limit);

    @Query("""
            select r.sha256 from PreferenceRow r
            where r.key.dataset = :dataset and r.key.sequence <= :last order by r.key.sequence""")
    Stream<String> hashes(String dataset, long last);
}

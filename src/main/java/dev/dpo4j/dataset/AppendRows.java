package dev.dpo4j.dataset;

import java.time.Instant;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface AppendRows extends Repository<AppendRow, AppendRow.Key> {

    AppendRow save(AppendRow row);

    Optional<AppendRow> findById(AppendRow.Key key);

    @Modifying
    @Query("delete from AppendRow a where a.key.dataset = :dataset and a.createdAt < :before")
    int forgetOlderThan(String dataset, Instant before);
}

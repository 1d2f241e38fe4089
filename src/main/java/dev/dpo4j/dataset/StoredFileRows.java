package dev.dpo4j.dataset;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredFileRows extends Repository<StoredFileRow, Long> {

    StoredFileRow save(StoredFileRow row);

    Optional<StoredFileRow> findByFileId(String fileId);

    void delete(StoredFileRow row);

    @Query("select f.blobId from StoredFileRow f")
    Set<String> blobIds();

    @Query("""
            select f from StoredFileRow f
            where f.position > :after and (:purpose is null or f.purpose = :purpose) order by f.position""")
    List<StoredFileRow> oldestFirst(long after, @Nullable String purpose, Limit limit);

    @Query("""
            select f from StoredFileRow f
            where f.position < :before and (:purpose is null or f.purpose = :purpose) order by f.position desc""")
    List<StoredFileRow> newestFirst(long before, @Nullable String purpose, Limit limit);
}

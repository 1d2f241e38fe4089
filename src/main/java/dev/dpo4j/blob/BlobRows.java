package dev.dpo4j.blob;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface BlobRows extends Repository<BlobRow, String> {

    BlobRow save(BlobRow row);

    Optional<BlobRow> findByIdAndCompleteTrue(String id);

    @Query("select new dev.dpo4j.blob.BlobRows$Begun(b.id, b.createdAt, b.complete) from BlobRow b")
    List<Begun> begun();

    @Modifying
    @Query("update BlobRow b set b.length = :length, b.sha256 = :sha256, b.complete = true where b.id = :id")
    int complete(String id, long length, String sha256);

    @Modifying
    @Query("update BlobRow b set b.complete = false where b.id = :id")
    int forget(String id);

    @Modifying
    @Query("delete from BlobRow b where b.id = :id")
    int remove(String id);

    /** A blob, finished or not. */
    record Begun(String id, Instant createdAt, boolean complete) {}
}

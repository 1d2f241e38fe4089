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

    @Query("select count(b) > 0 from BlobRow b where b.id = :id and b.inFile = true")
    boolean inFile(String id);

    /** The SHA-256 that names the file of a blob, finished or not; empty when it has none. */
    @Query("select b.sha256 from BlobRow b where b.id = :id and b.inFile = true")
    Optional<String> fileOf(String id);

    /** Whether any other blob, finished or not, has this file. */
    @Query("select count(b) > 0 from BlobRow b where b.sha256 = :sha256 and b.inFile = true and b.id <> :id")
    boolean othersName(String sha256, String id);

    /** The SHA-256s of all finished blobs' files. */
    @Query("select distinct b.sha256 from BlobRow b where b.inFile = true and b.complete = true")
    List<String> files();

    @Modifying
    @Query("update BlobRow b set b.length = :length, b.sha256 = :sha256, b.inFile = true where b.id = :id")
    int nameFile(String id, long length, String sha256);

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

package dev.dpo4j.blob;

import java.util.Optional;
import java.util.Set;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface BlobRows extends Repository<BlobRow, String> {

    BlobRow save(BlobRow row);

    Optional<BlobRow> findByIdAndCompleteTrue(String id);

    @Query("select b.id from BlobRow b")
    Set<String> allIds();

    @Query("select b.id from BlobRow b where b.complete = false")
    Set<String> incompleteIds();

    @Modifying
    @Query("update BlobRow b set b.length = :length, b.sha256 = :sha256, b.complete = true where b.id = :id")
    int complete(String id, long length, String sha256);

    @Modifying
    @Query("update BlobRow b set b.complete = false where b.id = :id")
    int forget(String id);

    @Modifying
    @Query("delete from BlobRow b where b.id = :id")
    int remove(String id);
}

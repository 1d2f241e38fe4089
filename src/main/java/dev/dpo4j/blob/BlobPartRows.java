package dev.dpo4j.blob;

import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface BlobPartRows extends Repository<BlobPartRow, BlobPartRow.Key> {

    BlobPartRow save(BlobPartRow part);

    @Query("""
            select new dev.dpo4j.blob.BlobPartRow$Content(p.sha256, p.bytes)
            from BlobPartRow p where p.key.blobId = :blobId and p.key.sequence = :sequence""")
    Optional<BlobPartRow.Content> content(String blobId, int sequence);

    @Query("select max(p.key.sequence) from BlobPartRow p where p.key.blobId = :blobId")
    Optional<Integer> lastSequence(String blobId);

    @Modifying
    @Query("delete from BlobPartRow p where p.key.blobId = :blobId and p.key.sequence = :sequence")
    int remove(String blobId, int sequence);
}

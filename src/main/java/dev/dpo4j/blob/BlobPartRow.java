package dev.dpo4j.blob;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.springframework.data.domain.Persistable;

/** One part of a blob. Never updated, and read back only as {@link Content}, so that its bytes stay out of persistence contexts. */
@Entity
@Table(name = "blob_part")
@SuppressWarnings("UnusedVariable") // queries read them
class BlobPartRow implements Persistable<BlobPartRow.Key> {

    @EmbeddedId
    private Key key;

    private String sha256;

    // No @Lob: on PostgreSQL that would be a large object, which outlives its row.
    @Column(name = "content")
    private byte[] bytes;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected BlobPartRow() {}

    BlobPartRow(String blobId, int sequence, String sha256, byte[] bytes) {
        this.key = new Key(blobId, sequence);
        this.sha256 = sha256;
        this.bytes = bytes;
    }

    @Override
    public Key getId() {
        return key;
    }

    /** Parts are only ever inserted. */
    @Override
    public boolean isNew() {
        return true;
    }

    /**
     * Which part of which blob.
     *
     * @param blobId the blob
     * @param sequence the part's place, from 0
     */
    @Embeddable
    record Key(String blobId, int sequence) {}

    /**
     * A part as it is read back.
     *
     * @param sha256 hexadecimal SHA-256 of the bytes as they were written
     * @param bytes the part's bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; never compared
    record Content(String sha256, byte[] bytes) {}
}

package dev.dpo4j.blob;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import org.springframework.data.domain.Persistable;

/** The manifest of a blob: written first as incomplete, completed last, so that half a blob is never mistaken for a whole one. */
@Entity
@Table(name = "blob_manifest")
@SuppressWarnings("UnusedVariable") // queries read them
class BlobRow implements Persistable<String> {

    @Id
    private String id;

    @Column(name = "byte_length")
    private long length;

    private String sha256;

    private Instant createdAt;

    private boolean complete;

    /** Whether its bytes are in the file that is named after their SHA-256; in rows otherwise. */
    private boolean inFile;

    @Transient
    private boolean fresh;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected BlobRow() {}

    BlobRow(String id, Instant createdAt) {
        this.id = id;
        this.sha256 = "";
        this.createdAt = createdAt;
        this.fresh = true;
    }

    Blob toBlob() {
        return new Blob(id, length, sha256);
    }

    boolean inFile() {
        return inFile;
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public boolean isNew() {
        return fresh;
    }
}

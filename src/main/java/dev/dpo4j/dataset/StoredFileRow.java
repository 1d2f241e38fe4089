package dev.dpo4j.dataset;

import dev.dpo4j.blob.Blob;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An uploaded file; its position orders the list. */
@Entity
@Table(name = "stored_file")
class StoredFileRow {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long position;

    private String fileId;

    private String blobId;

    @Column(name = "byte_length")
    private long bytes;

    private String filename;

    private String purpose;

    private boolean usable;

    private int rowCount;

    private @Nullable String statusDetails;

    private Instant createdAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected StoredFileRow() {}

    StoredFileRow(
            String fileId, Blob blob, String filename, String purpose, PreferenceFileReport report, Instant createdAt) {
        this.fileId = fileId;
        this.blobId = blob.id();
        this.bytes = blob.length();
        this.filename = filename;
        this.purpose = purpose;
        this.usable = report.isUsable();
        this.rowCount = report.rows();
        this.statusDetails = report.isUsable() ? null : report.statusDetails();
        this.createdAt = createdAt;
    }

    long position() {
        return position == null ? 0 : position;
    }

    String blobId() {
        return blobId;
    }

    UploadedFile toFile(String sha256) {
        return new UploadedFile(fileId, filename, purpose, bytes, sha256, rowCount, usable, statusDetails, createdAt);
    }
}

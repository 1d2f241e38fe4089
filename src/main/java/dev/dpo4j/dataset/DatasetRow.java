package dev.dpo4j.dataset;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import org.springframework.data.domain.Persistable;

/** A dataset's head: its name and how far its numbering has come. */
@Entity
@Table(name = "dataset")
class DatasetRow implements Persistable<String> {

    @Id
    private String name;

    private long lastSequence;

    private Instant createdAt;

    @Transient
    private boolean fresh;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected DatasetRow() {}

    DatasetRow(String name, Instant createdAt) {
        this.name = name;
        this.createdAt = createdAt;
        this.fresh = true;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Takes the next number. */
    long nextSequence() {
        lastSequence++;
        return lastSequence;
    }

    Dataset toDataset() {
        return new Dataset(name, lastSequence, createdAt);
    }

    @Override
    public String getId() {
        return name;
    }

    @Override
    public boolean isNew() {
        return fresh;
    }
}

package dev.dpo4j.dataset;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** One preference of a dataset, as JSON text with its members in order; never changed. */
@Entity
@Table(name = "dataset_row")
class PreferenceRow implements Persistable<PreferenceRow.Key> {

    @EmbeddedId
    private Key key;

    private @Nullable String recordId;

    private String sha256;

    private String json;

    private Instant createdAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected PreferenceRow() {}

    PreferenceRow(Key key, NewPreference preference, Instant createdAt) {
        this.key = key;
        this.recordId = preference.recordId();
        this.sha256 = preference.sha256();
        this.json = preference.json();
        this.createdAt = createdAt;
    }

    long sequence() {
        return key.sequence();
    }

    String sha256() {
        return sha256;
    }

    StoredPreference toPreference() {
        return new StoredPreference(key.sequence(), recordId, json, createdAt);
    }

    @Override
    public Key getId() {
        return key;
    }

    /** Rows are only ever inserted. */
    @Override
    public boolean isNew() {
        return true;
    }

    /**
     * Which preference of which dataset.
     *
     * @param dataset the dataset's name
     * @param sequence the preference's number, from 1
     */
    @Embeddable
    record Key(String dataset, long sequence) {}
}

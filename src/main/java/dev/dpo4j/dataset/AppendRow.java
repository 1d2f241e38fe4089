package dev.dpo4j.dataset;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.data.domain.Persistable;

/** The answer to an append that carried an idempotency key, kept to be given again. */
@Entity
@Table(name = "dataset_append")
class AppendRow implements Persistable<AppendRow.Key> {

    @EmbeddedId
    private Key key;

    private String bodySha256;

    private int added;

    private String sequences;

    @Column(name = "rows_after")
    private long rows;

    @SuppressWarnings("UnusedVariable") // queries read it
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected AppendRow() {}

    AppendRow(Key key, String bodySha256, Appended appended, Instant createdAt) {
        this.key = key;
        this.bodySha256 = bodySha256;
        this.added = appended.added();
        this.sequences = appended.sequences().stream().map(String::valueOf).collect(Collectors.joining(","));
        this.rows = appended.rows();
        this.createdAt = createdAt;
    }

    String bodySha256() {
        return bodySha256;
    }

    Appended toAppended() {
        return new Appended(
                added,
                Arrays.stream(sequences.split(",", -1)).map(Long::valueOf).toList(),
                rows,
                true);
    }

    @Override
    public Key getId() {
        return key;
    }

    /** Answers are only ever inserted. */
    @Override
    public boolean isNew() {
        return true;
    }

    /**
     * Whose answer.
     *
     * @param dataset the dataset's name
     * @param idempotencyKey what the client sent
     */
    @Embeddable
    record Key(String dataset, String idempotencyKey) {}
}

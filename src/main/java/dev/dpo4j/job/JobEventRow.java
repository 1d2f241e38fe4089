package dev.dpo4j.job;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** An event's row; only ever inserted. */
@Entity
@Table(name = "job_event")
class JobEventRow implements Persistable<JobEventRow.Key> {

    @EmbeddedId
    private Key key;

    @SuppressWarnings("UnusedVariable") // queries compare it
    private @Nullable String eventKey;

    private Instant createdAt;

    @Enumerated(EnumType.STRING)
    private EventLevel level;

    @Enumerated(EnumType.STRING)
    private EventType type;

    private String message;

    private @Nullable String data;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected JobEventRow() {}

    JobEventRow(String jobId, long sequence, NewEvent event, Instant createdAt) {
        this.key = new Key(jobId, sequence);
        this.eventKey = event.key();
        this.createdAt = createdAt;
        this.level = event.level();
        this.type = event.type();
        this.message = event.message();
        this.data = event.data() == null ? null : Json.write(event.data());
    }

    @Override
    public Key getId() {
        return key;
    }

    @Override
    public boolean isNew() {
        return true;
    }

    @SuppressWarnings("unchecked") // written by us from such a map
    JobEvent toEvent() {
        Map<String, Object> figures = data == null ? null : Json.read(data, Map.class);
        return new JobEvent(key.jobId(), key.sequence(), createdAt, level, type, message, figures);
    }

    /**
     * Which event of which job.
     *
     * @param jobId the job
     * @param sequence the event's place, from 1
     */
    @Embeddable
    record Key(String jobId, long sequence) {}
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.train.TrainingProgress;
import jakarta.persistence.AttributeOverride;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** A checkpoint's manifest: the row that makes its two blobs a checkpoint. */
@Entity
@Table(name = "job_checkpoint")
class CheckpointRow implements Persistable<String> {

    @Id
    private String id;

    private String jobId;

    private int step;

    private Instant createdAt;

    private String progress;

    private String fingerprint;

    private @Nullable String dataSha256;

    private @Nullable String baseSha256;

    private @Nullable String configSha256;

    private String metrics;

    @Embedded
    @AttributeOverride(name = "blob", column = @Column(name = "weights_blob"))
    @AttributeOverride(name = "length", column = @Column(name = "weights_length"))
    @AttributeOverride(name = "sha256", column = @Column(name = "weights_sha256"))
    private StoredFile weights;

    @Embedded
    @AttributeOverride(name = "blob", column = @Column(name = "optimizer_blob"))
    @AttributeOverride(name = "length", column = @Column(name = "optimizer_length"))
    @AttributeOverride(name = "sha256", column = @Column(name = "optimizer_sha256"))
    private StoredFile optimizer;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected CheckpointRow() {}

    CheckpointRow(
            String jobId,
            TrainingProgress progress,
            String fingerprint,
            Inputs inputs,
            Map<String, Object> metrics,
            StoredFile weights,
            StoredFile optimizer,
            Instant createdAt) {
        this.id = JobIds.create(JobIds.CHECKPOINT);
        this.jobId = jobId;
        this.step = progress.step();
        this.createdAt = createdAt;
        this.progress = Json.write(progress);
        this.fingerprint = fingerprint;
        this.dataSha256 = inputs.data();
        this.baseSha256 = inputs.base();
        this.configSha256 = inputs.config();
        this.metrics = Json.write(metrics);
        this.weights = weights;
        this.optimizer = optimizer;
    }

    @Override
    public String getId() {
        return id;
    }

    /** Manifests are only ever inserted and deleted. */
    @Override
    public boolean isNew() {
        return true;
    }

    int step() {
        return step;
    }

    TrainingProgress progress() {
        return Json.read(progress, TrainingProgress.class);
    }

    String fingerprint() {
        return fingerprint;
    }

    Inputs inputs() {
        return new Inputs(dataSha256, baseSha256, configSha256);
    }

    StoredFile weights() {
        return weights;
    }

    StoredFile optimizer() {
        return optimizer;
    }

    /** The model as it was then. */
    TunedModel toModel(JobSpec spec) {
        return new TunedModel(
                spec.checkpointModelId(step),
                spec.base(),
                jobId,
                weights.blob(),
                weights.sha256(),
                spec.hyperparameters().lora(),
                createdAt);
    }

    List<String> blobIds() {
        return List.of(weights.blob(), optimizer.blob());
    }

    @SuppressWarnings("unchecked") // written by us from such a map
    Checkpoint toCheckpoint(JobSpec spec) {
        return new Checkpoint(
                id,
                jobId,
                step,
                createdAt,
                spec.checkpointModelId(step),
                Json.read(metrics, Map.class),
                weights.blob(),
                weights.sha256());
    }
}

package dev.dpo4j.job;

import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.MemoryPlan;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.hibernate.annotations.BatchSize;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/**
 * A job's row. Whoever changes it holds its lock, and a run also its fence: a number that goes up with every claim, so that a
 * run which has lost its job finds no row to write to.
 */
@Entity
@Table(name = "job")
class JobRow implements Persistable<String> {

    @Id
    private String id;

    @Enumerated(EnumType.STRING)
    private JobStatus status = JobStatus.VALIDATING_FILES;

    private String model;

    private String trainingFile;

    private @Nullable String validationFile;

    private String spec;

    @ElementCollection
    @CollectionTable(name = "job_metadata", joinColumns = @JoinColumn(name = "job_id"))
    @MapKeyColumn(name = "name")
    @Column(name = "content")
    @BatchSize(size = 100)
    private Map<String, String> metadata = new HashMap<>();

    private Instant createdAt;

    private @Nullable Instant finishedAt;

    private @Nullable Instant estimatedFinish;

    private @Nullable Long trainedTokens;

    private @Nullable String fineTunedModel;

    private @Nullable String errorCode;

    private @Nullable String errorMessage;

    private @Nullable String errorParam;

    private @Nullable String memoryPlan;

    private @Nullable String bestEvaluation;

    private boolean validated;

    private long fence;

    @SuppressWarnings("UnusedVariable") // for whoever looks into the table
    private @Nullable String owner;

    private int runNumber = 1;

    private long lastEvent;

    @Transient
    private boolean fresh;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields
    protected JobRow() {}

    JobRow(NewJob request, JobSpec spec, Instant createdAt) {
        this.id = spec.jobId();
        this.model = spec.model();
        this.trainingFile = spec.trainingData().id();
        this.validationFile =
                spec.validationData() == null ? null : spec.validationData().id();
        this.spec = Json.write(spec);
        this.metadata.putAll(request.metadata());
        this.createdAt = createdAt;
        this.fresh = true;
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public boolean isNew() {
        return fresh;
    }

    JobStatus status() {
        return status;
    }

    String model() {
        return model;
    }

    JobSpec spec() {
        return Json.read(spec, JobSpec.class);
    }

    Instant createdAt() {
        return createdAt;
    }

    boolean validated() {
        return validated;
    }

    int runNumber() {
        return runNumber;
    }

    /** @throws JobStateException when the life-cycle has no such step */
    void moveTo(JobStatus next, Instant now) {
        if (!status.canBecome(next)) {
            throw new JobStateException(id, status, next);
        }
        status = next;
        if (next.terminal()) {
            finishedAt = now;
        }
        if (next != JobStatus.RUNNING) {
            estimatedFinish = null;
        }
    }

    /** Makes {@code owner} the only one whose writes count from now on. */
    Fence claim(String owner) {
        this.owner = owner;
        return new Fence(id, ++fence);
    }

    /** Takes the job from whoever runs it: none of their writes count any more. */
    void disown() {
        fence++;
        owner = null;
    }

    void markValidated() {
        validated = true;
    }

    /** Waits for a run again; executions scheduled earlier no longer count. */
    void requeue(Instant now) {
        moveTo(validated ? JobStatus.QUEUED : JobStatus.VALIDATING_FILES, now);
        countRun();
    }

    /** Executions scheduled earlier no longer count. */
    void countRun() {
        runNumber++;
    }

    void planned(MemoryPlan plan) {
        memoryPlan = Json.write(plan);
    }

    void evaluated(@Nullable BestEvaluation best) {
        bestEvaluation = best == null ? null : Json.write(best);
    }

    void trained(long tokens) {
        trainedTokens = tokens;
    }

    void expectFinish(@Nullable Instant estimate) {
        // A run asked to pause still reports its last step: it will not end at this pace.
        estimatedFinish = status == JobStatus.RUNNING ? estimate : null;
    }

    void succeed(String model, Instant now) {
        moveTo(JobStatus.SUCCEEDED, now);
        fineTunedModel = model;
    }

    void fail(JobError error, Instant now) {
        moveTo(JobStatus.FAILED, now);
        errorCode = error.code();
        errorMessage = error.message();
        errorParam = error.param();
    }

    long nextEvent() {
        return ++lastEvent;
    }

    Job toJob() {
        JobError error =
                errorCode == null || errorMessage == null ? null : new JobError(errorCode, errorMessage, errorParam);
        return new Job(
                id,
                status,
                trainingFile,
                validationFile,
                spec(),
                Map.copyOf(metadata),
                createdAt,
                finishedAt,
                estimatedFinish,
                trainedTokens,
                memoryPlan == null ? null : Json.read(memoryPlan, MemoryPlan.class),
                bestEvaluation == null ? null : Json.read(bestEvaluation, BestEvaluation.class),
                fineTunedModel,
                error);
    }
}

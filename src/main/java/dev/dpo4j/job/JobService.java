package dev.dpo4j.job;

import dev.dpo4j.dataset.Page;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.domain.Specification;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What can be done with jobs from outside. */
@Service
public class JobService {

    private final JobRows jobs;
    private final CheckpointRows checkpoints;
    private final JobEvents events;
    private final TrainingQueue queue;
    private final JobMetrics metrics;
    private final Clock clock;

    JobService(
            JobRows jobs,
            CheckpointRows checkpoints,
            JobEvents events,
            TrainingQueue queue,
            JobMetrics metrics,
            Clock clock) {
        this.jobs = jobs;
        this.checkpoints = checkpoints;
        this.events = events;
        this.queue = queue;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Accepts a job: its row and its execution become durable together. */
    @Transactional
    public Job create(NewJob request) {
        Instant now = now();
        JobSpec spec = request.spec(JobIds.create(JobIds.JOB), now);
        JobRow job = jobs.save(new JobRow(request, spec, now));
        events.append(job, NewEvent.info("Created fine-tuning job: " + spec.jobId()));
        queue.enqueue(ticket(job));
        return job.toJob();
    }

    /**
     * The job of this id.
     *
     * @throws UnknownJobException when there is none
     */
    @Transactional(readOnly = true)
    public Job get(String id) {
        return row(id).toJob();
    }

    /** Where a job stands; cheaper than all of it. */
    @Transactional(readOnly = true)
    public JobStatus status(String id) {
        return jobs.status(id).orElseThrow(() -> new UnknownJobException(id));
    }

    /**
     * A page of jobs, newest first.
     *
     * @param after the id of the job to continue after; null: from the newest
     */
    @Transactional(readOnly = true)
    public Page<Job> list(JobFilter filter, @Nullable String after, int limit) {
        Specification<JobRow> wanted = JobFilters.matching(filter);
        if (after != null) {
            wanted = wanted.and(
                    JobFilters.olderThan(jobs.findById(after).orElseThrow(() -> new UnknownCursorException(after))));
        }
        List<JobRow> rows = jobs.findBy(
                wanted,
                query -> query.sortBy(JobFilters.NEWEST_FIRST).limit(limit + 1).all());
        return Page.of(rows, limit).map(JobRow::toJob);
    }

    /** Ends a job for good. A run of it notices within a second, or after its batch. */
    @Transactional
    public Job cancel(String id) {
        return change(id, job -> {
            boolean waited = job.status() == JobStatus.PAUSED;
            job.moveTo(JobStatus.CANCELLED, now());
            job.disown();
            metrics.endsAtCommit(JobStatus.CANCELLED);
            events.append(job, NewEvent.warn("The job was cancelled"));
            if (waited) {
                // It has no execution that would find it ended and free what it no longer needs.
                job.countRun();
                queue.enqueue(ticket(job));
            }
        });
    }

    /** Makes a job wait until it is resumed. A run of it writes a checkpoint of its last whole step first. */
    @Transactional
    public Job pause(String id) {
        return change(id, job -> {
            job.moveTo(JobStatus.PAUSED, now());
            events.append(job, NewEvent.info("The job was paused"));
        });
    }

    /** Lets a paused job go on from its newest checkpoint. */
    @Transactional
    public Job resume(String id) {
        return change(id, job -> {
            if (job.status() != JobStatus.PAUSED) {
                throw new JobStateException("Job %s is %s; only a paused job can be resumed"
                        .formatted(id, job.status().wireName()));
            }
            job.requeue(now());
            events.append(job, NewEvent.info("The job was resumed"));
            queue.enqueue(ticket(job));
        });
    }

    /**
     * A page of a job's checkpoints, newest first.
     *
     * @param after the id of the checkpoint to continue after; null: from the newest
     */
    @Transactional(readOnly = true)
    public Page<Checkpoint> checkpoints(String jobId, @Nullable String after, int limit) {
        JobSpec spec = row(jobId).spec();
        int before = after == null
                ? Integer.MAX_VALUE
                : checkpoints
                        .findByIdAndJobId(after, jobId)
                        .orElseThrow(() -> new UnknownCursorException(after))
                        .step();
        return Page.of(checkpoints.before(jobId, before, Limit.of(limit + 1)), limit)
                .map(checkpoint -> checkpoint.toCheckpoint(spec));
    }

    private Job change(String id, Consumer<JobRow> change) {
        JobRow job = jobs.lock(id).orElseThrow(() -> new UnknownJobException(id));
        change.accept(job);
        return job.toJob();
    }

    private JobRow row(String id) {
        return jobs.findById(id).orElseThrow(() -> new UnknownJobException(id));
    }

    // The database keeps microseconds; cursors compare exactly.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static TrainingTicket ticket(JobRow job) {
        return new TrainingTicket(job.getId(), job.runNumber());
    }
}

package dev.dpo4j.job;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The only door through which a run writes to its job: claim it, then write while the claim holds. */
@Component
class FencedJobs {

    private final JobRows jobs;

    FencedJobs(JobRows jobs) {
        this.jobs = jobs;
    }

    /**
     * Claims a job for a run. Whoever ran it before has lost it.
     *
     * @return empty when there is nothing to run: cancelled, paused, ended, or resumed under a later ticket
     */
    @Transactional
    public Optional<Claim> claim(TrainingTicket ticket, String owner) {
        return jobs.lock(ticket.jobId())
                .filter(job -> job.runNumber() == ticket.runNumber() && waitsForRun(job.status()))
                .map(job -> new Claim(job.claim(owner), job.spec(), job.validated()));
    }

    /**
     * Changes the job in a transaction in which nobody else can.
     *
     * @throws FenceLostException when the claim is over; nothing is written
     */
    @Transactional
    public void write(Fence fence, Consumer<JobRow> change) {
        change.accept(jobs.lock(fence.jobId(), fence.number()).orElseThrow(() -> new FenceLostException(fence)));
    }

    /** Where the job stands; empty when the claim is over. */
    @Transactional(readOnly = true)
    public Optional<JobStatus> status(Fence fence) {
        return jobs.status(fence.jobId(), fence.number());
    }

    /** Looks when no change of the job is in doubt any more: whoever changes it holds its lock until the database has decided. */
    @Transactional
    public <T> T settled(String jobId, Supplier<T> look) {
        jobs.lock(jobId);
        return look.get();
    }

    // RUNNING: the execution was handed to us, so the run that left this behind is dead.
    private static boolean waitsForRun(JobStatus status) {
        return switch (status) {
            case VALIDATING_FILES, QUEUED, RUNNING -> true;
            case PAUSED, SUCCEEDED, FAILED, CANCELLED -> false;
        };
    }

    /**
     * A job claimed.
     *
     * @param fence the right to write to it
     * @param spec what to run
     * @param validated whether its data has passed validation before
     */
    record Claim(Fence fence, JobSpec spec, boolean validated) {}
}

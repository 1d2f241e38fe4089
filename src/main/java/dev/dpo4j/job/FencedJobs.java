package dev.dpo4j.job;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The only door through which a run writes to its job: claim it, then write while the claim holds. While the database is away, all of
 * it waits.
 */
@Component
class FencedJobs {

    private final JobRows jobs;
    private final DatabasePatience patience;
    private final TransactionTemplate transaction;

    FencedJobs(JobRows jobs, DatabasePatience patience, PlatformTransactionManager transactions) {
        this.jobs = jobs;
        this.patience = patience;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Claims a job for a run. Whoever ran it before has lost it.
     *
     * @return empty when there is nothing to run: cancelled, paused, ended, or resumed under a later ticket
     */
    Optional<Claim> claim(TrainingTicket ticket, String owner) {
        return inTransaction(() -> jobs.lock(ticket.jobId())
                .filter(job -> job.runNumber() == ticket.runNumber() && waitsForRun(job.status()))
                .map(job -> new Claim(job.claim(owner), job.spec(), job.validated())));
    }

    /**
     * Changes the job in a transaction in which nobody else can.
     *
     * @param change harmless to do twice: the answer to a commit can be lost
     * @throws FenceLostException when the claim is over; nothing is written
     */
    void write(Fence fence, Consumer<JobRow> change) {
        boolean written = inTransaction(() -> {
            Optional<JobRow> job = jobs.lock(fence.jobId(), fence.number());
            job.ifPresent(change);
            return job.isPresent();
        });
        if (!written) {
            throw new FenceLostException(fence);
        }
    }

    /** Where the job stands; empty when the claim is over. */
    Optional<JobStatus> status(Fence fence) {
        return patience.outlast(() -> jobs.status(fence.jobId(), fence.number()));
    }

    /** Whether somebody else has claimed the job since: it is neither ours nor ended. */
    boolean taken(Fence fence) {
        return patience.outlast(() -> jobs.status(fence.jobId()))
                .map(status -> waitsForRun(status) && status(fence).isEmpty())
                .orElse(false);
    }

    private <T> T inTransaction(Supplier<T> work) {
        return patience.outlast(() -> transaction.execute(status -> work.get()));
    }

    /** Looks when no change of the job is in doubt any more: whoever changes it holds its lock until the database has decided. */
    <T> T settled(String jobId, Supplier<T> look) {
        return inTransaction(() -> {
            jobs.lock(jobId);
            return look.get();
        });
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

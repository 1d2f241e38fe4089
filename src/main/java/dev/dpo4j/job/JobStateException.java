package dev.dpo4j.job;

/** A job was asked for a step that its life-cycle does not have from where it stands. */
public final class JobStateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JobStateException(String jobId, JobStatus from, JobStatus to) {
        super("Job %s is %s and cannot become %s".formatted(jobId, from.wireName(), to.wireName()));
    }

    JobStateException(String message) {
        super(message);
    }
}

package dev.dpo4j.job;

/** A run's write found that the job is no longer its own: it was cancelled, or somebody else has taken it over. Stop quietly. */
final class FenceLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FenceLostException(Fence fence) {
        super("Claim %d of job %s is over: it was cancelled, or somebody else runs it now"
                .formatted(fence.number(), fence.jobId()));
    }
}

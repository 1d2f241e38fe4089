package dev.dpo4j.job;

/**
 * The right to write to a job, until the next claim.
 *
 * @param jobId the job
 * @param number which claim of the job this is
 */
record Fence(String jobId, long number) {}

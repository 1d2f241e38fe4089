package dev.dpo4j.job;

/**
 * The task data of a scheduled execution: run this job.
 *
 * @param jobId the job
 * @param runNumber which scheduling of the job this is; executions scheduled before the newest resume no longer count
 */
record TrainingTicket(String jobId, int runNumber) {}

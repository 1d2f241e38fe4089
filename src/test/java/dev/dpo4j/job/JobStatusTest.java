package dev.dpo4j.job;

import static dev.dpo4j.job.JobStatus.CANCELLED;
import static dev.dpo4j.job.JobStatus.FAILED;
import static dev.dpo4j.job.JobStatus.PAUSED;
import static dev.dpo4j.job.JobStatus.QUEUED;
import static dev.dpo4j.job.JobStatus.RUNNING;
import static dev.dpo4j.job.JobStatus.SUCCEEDED;
import static dev.dpo4j.job.JobStatus.VALIDATING_FILES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class JobStatusTest {

    @Test
    void theLifeCycleHasExactlyTheseEdges() {
        Set<String> edges = new TreeSet<>();
        for (JobStatus from : JobStatus.values()) {
            for (JobStatus to : JobStatus.values()) {
                if (from.canBecome(to)) {
                    edges.add(from.wireName() + " -> " + to.wireName());
                }
            }
        }
        assertThat(edges)
                .containsExactlyInAnyOrder(
                        "validating_files -> queued",
                        "validating_files -> paused",
                        "validating_files -> failed",
                        "validating_files -> cancelled",
                        "queued -> running",
                        "queued -> paused",
                        "queued -> failed",
                        "queued -> cancelled",
                        "running -> queued",
                        "running -> paused",
                        "running -> succeeded",
                        "running -> failed",
                        "running -> cancelled",
                        "paused -> validating_files",
                        "paused -> queued",
                        "paused -> cancelled");
    }

    @Test
    void nothingFollowsAnEnd() {
        assertThat(JobStatus.values())
                .filteredOn(JobStatus::terminal)
                .containsExactlyInAnyOrder(SUCCEEDED, FAILED, CANCELLED);
        assertThat(JobStatus.values())
                .filteredOn(status -> !status.terminal())
                .containsExactlyInAnyOrder(VALIDATING_FILES, QUEUED, RUNNING, PAUSED);
    }
}

package dev.dpo4j.job;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where a job stands. The whole life-cycle is the one table in {@link #next()}; what it does not name is refused. */
public enum JobStatus {
    VALIDATING_FILES,
    QUEUED,
    RUNNING,
    PAUSED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Those that nothing comes after. */
    static final List<JobStatus> ENDED =
            Arrays.stream(values()).filter(JobStatus::terminal).toList();

    private Set<JobStatus> next() {
        return switch (this) {
            case VALIDATING_FILES -> EnumSet.of(QUEUED, PAUSED, FAILED, CANCELLED);
            case QUEUED -> EnumSet.of(RUNNING, PAUSED, FAILED, CANCELLED);
            // Back to QUEUED when the service shuts down: it goes on elsewhere, or at the next start.
            case RUNNING -> EnumSet.of(QUEUED, PAUSED, SUCCEEDED, FAILED, CANCELLED);
            case PAUSED -> EnumSet.of(VALIDATING_FILES, QUEUED, CANCELLED);
            case SUCCEEDED, FAILED, CANCELLED -> EnumSet.noneOf(JobStatus.class);
        };
    }

    /** Whether a job may go from here to there. */
    public boolean canBecome(JobStatus other) {
        return next().contains(other);
    }

    /** Whether nothing comes after. */
    public boolean terminal() {
        return next().isEmpty();
    }

    /** The name clients see, as in OpenAI's API. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

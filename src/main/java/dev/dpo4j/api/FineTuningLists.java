package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.dataset.Page;
import dev.dpo4j.job.Checkpoint;
import dev.dpo4j.job.Job;
import dev.dpo4j.job.JobEvent;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of jobs, events and checkpoints as OpenAI's clients read them. The next page starts {@code after} the last id. */
final class FineTuningLists {

    private static final String LIST = "list";

    private FineTuningLists() {}

    /**
     * A page of jobs.
     *
     * @param object {@code list}
     * @param data the jobs
     * @param hasMore whether others follow
     */
    @Schema(name = "FineTuningJobList")
    record Jobs(String object, List<FineTuningJob> data, boolean hasMore) {

        static Jobs of(Page<Job> page) {
            return new Jobs(LIST, page.map(FineTuningJob::of).items(), page.hasMore());
        }
    }

    /**
     * A page of events.
     *
     * @param object {@code list}
     * @param data the events
     * @param hasMore whether others follow
     */
    @Schema(name = "FineTuningJobEventList")
    record Events(String object, List<FineTuningJobEvent> data, boolean hasMore) {

        static Events of(Page<JobEvent> page) {
            return new Events(LIST, page.map(FineTuningJobEvent::of).items(), page.hasMore());
        }
    }

    /**
     * A page of checkpoints.
     *
     * @param object {@code list}
     * @param data the checkpoints
     * @param hasMore whether others follow
     * @param firstId id of the first; null: there is none
     * @param lastId id of the last; null: there is none
     */
    @Schema(name = "FineTuningJobCheckpointList")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Checkpoints(
            String object,
            List<FineTuningJobCheckpoint> data,
            boolean hasMore,
            @Nullable String firstId,
            @Nullable String lastId) {

        static Checkpoints of(Page<Checkpoint> page) {
            List<FineTuningJobCheckpoint> data =
                    page.map(FineTuningJobCheckpoint::of).items();
            return new Checkpoints(
                    LIST,
                    data,
                    page.hasMore(),
                    data.isEmpty() ? null : data.getFirst().id(),
                    data.isEmpty() ? null : data.getLast().id());
        }
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelUser;
import dev.dpo4j.catalog.TunedModel;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Keeps tuned models from being deleted under the jobs that train them further, and lets checkpoints go with theirs. */
@Component
class JobModels implements ModelUser {

    private final JobRows jobs;
    private final CheckpointRows checkpoints;

    JobModels(JobRows jobs, CheckpointRows checkpoints) {
        this.checkpoints = checkpoints;
        this.jobs = jobs;
    }

    @Override
    public boolean uses(String modelId) {
        return jobs.existsByModelAndStatusNotIn(modelId, JobStatus.ENDED);
    }

    /** The checkpoints of the job that made it: nobody could delete them any more. */
    @Override
    public Set<String> forget(TunedModel model) {
        List<CheckpointRow> forgotten = checkpoints.newestFirst(model.jobId());
        if (!forgotten.isEmpty()) {
            checkpoints.remove(forgotten.stream().map(CheckpointRow::getId).toList());
        }
        return forgotten.stream()
                .flatMap(checkpoint -> checkpoint.blobIds().stream())
                .collect(Collectors.toSet());
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.CheckpointModels;
import dev.dpo4j.catalog.TunedModel;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Checkpoints by their {@code fine_tuned_model_checkpoint}, {@link JobSpec#checkpointModelId}. */
@Component
class JobCheckpointModels implements CheckpointModels {

    private static final Pattern ID = Pattern.compile("ft:.*:([A-Za-z0-9]+):ckpt-step-([0-9]{1,9})");

    private final JobRows jobs;
    private final CheckpointRows checkpoints;

    JobCheckpointModels(JobRows jobs, CheckpointRows checkpoints) {
        this.jobs = jobs;
        this.checkpoints = checkpoints;
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<TunedModel> find(String modelId) {
        Matcher id = ID.matcher(modelId);
        if (!id.matches()) {
            return Optional.empty();
        }
        return jobs.findById(JobIds.JOB + id.group(1))
                .map(JobRow::spec)
                .flatMap(spec -> checkpoints
                        .findByJobIdAndStep(spec.jobId(), Integer.parseInt(id.group(2)))
                        .map(checkpoint -> checkpoint.toModel(spec)))
                .filter(model -> model.id().equals(modelId));
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelUser;
import java.util.Arrays;
import java.util.List;
import org.springframework.stereotype.Component;

/** Keeps tuned models from being deleted under the jobs that train them further. */
@Component
class JobModels implements ModelUser {

    private static final List<JobStatus> ENDED =
            Arrays.stream(JobStatus.values()).filter(JobStatus::terminal).toList();

    private final JobRows jobs;

    JobModels(JobRows jobs) {
        this.jobs = jobs;
    }

    @Override
    public boolean uses(String modelId) {
        return jobs.existsByModelAndStatusNotIn(modelId, ENDED);
    }
}

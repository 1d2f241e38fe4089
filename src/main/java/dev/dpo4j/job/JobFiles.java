package dev.dpo4j.job;

import dev.dpo4j.dataset.FileUser;
import java.util.Arrays;
import java.util.List;
import org.springframework.stereotype.Component;

/** Keeps files from being deleted under the jobs that still read them. */
@Component
class JobFiles implements FileUser {

    private static final List<JobStatus> ENDED =
            Arrays.stream(JobStatus.values()).filter(JobStatus::terminal).toList();

    private final JobRows jobs;

    JobFiles(JobRows jobs) {
        this.jobs = jobs;
    }

    @Override
    public boolean uses(String fileId) {
        return jobs.needs(fileId, ENDED);
    }
}

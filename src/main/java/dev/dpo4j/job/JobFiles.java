package dev.dpo4j.job;

import dev.dpo4j.dataset.FileUser;
import org.springframework.stereotype.Component;

/** Keeps files from being deleted under the jobs that still read them. */
@Component
class JobFiles implements FileUser {

    private final JobRows jobs;

    JobFiles(JobRows jobs) {
        this.jobs = jobs;
    }

    @Override
    public boolean uses(String fileId) {
        return jobs.needs(fileId, JobStatus.ENDED);
    }
}

package dev.dpo4j.job;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface JobEventRows extends Repository<JobEventRow, JobEventRow.Key> {

    JobEventRow save(JobEventRow event);

    @Query("select count(e) > 0 from JobEventRow e where e.key.jobId = :jobId and e.eventKey = :eventKey")
    boolean exists(String jobId, String eventKey);

    @Query("select count(e) > 0 from JobEventRow e where e.key.jobId = :jobId and e.key.sequence = :sequence")
    boolean exists(String jobId, long sequence);

    @Query(
            "select e from JobEventRow e where e.key.jobId = :jobId and e.key.sequence < :before order by e.key.sequence desc")
    List<JobEventRow> before(String jobId, long before, Limit limit);

    @Query("select e from JobEventRow e where e.key.jobId = :jobId and e.key.sequence > :after order by e.key.sequence")
    List<JobEventRow> after(String jobId, long after, Limit limit);
}

package dev.dpo4j.job;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface JobRows extends Repository<JobRow, String>, JpaSpecificationExecutor<JobRow> {

    JobRow save(JobRow job);

    Optional<JobRow> findById(String id);

    boolean existsById(String id);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from JobRow j where j.id = :id")
    Optional<JobRow> lock(String id);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from JobRow j where j.id = :id and j.fence = :fence")
    Optional<JobRow> lock(String id, long fence);

    @Query("""
            select count(j) > 0 from JobRow j
            where (j.trainingFile = :fileId or j.validationFile = :fileId) and j.status not in :ended""")
    boolean needs(String fileId, Collection<JobStatus> ended);

    boolean existsByModelAndStatusNotIn(String model, Collection<JobStatus> ended);

    @Query("select new dev.dpo4j.job.JobRows$Count(j.status, count(j)) from JobRow j group by j.status")
    List<Count> countByStatus();

    @Query("select j.status from JobRow j where j.id = :id")
    Optional<JobStatus> status(String id);

    @Query("select j.status from JobRow j where j.id = :id and j.fence = :fence")
    Optional<JobStatus> status(String id, long fence);

    /** How many jobs are in a state. */
    record Count(JobStatus status, long jobs) {}
}

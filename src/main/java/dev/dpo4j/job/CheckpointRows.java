package dev.dpo4j.job;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface CheckpointRows extends Repository<CheckpointRow, String> {

    CheckpointRow save(CheckpointRow checkpoint);

    Optional<CheckpointRow> findByIdAndJobId(String id, String jobId);

    Optional<CheckpointRow> findByJobIdAndStep(String jobId, int step);

    @Query("select c from CheckpointRow c where c.jobId = :jobId order by c.step desc")
    List<CheckpointRow> newestFirst(String jobId);

    @Query("select c from CheckpointRow c where c.jobId = :jobId and c.step < :before order by c.step desc")
    List<CheckpointRow> before(String jobId, int before, Limit limit);

    @Query("select c.weights.blob from CheckpointRow c")
    Set<String> weightsBlobs();

    @Query("""
            select c.optimizer.blob from CheckpointRow c, JobRow j
            where j.id = c.jobId and j.status not in :ended""")
    Set<String> optimizerBlobsOfJobsNot(Collection<JobStatus> ended);

    @Query("""
            select c.optimizer.blob from CheckpointRow c, JobRow j
            where j.id = c.jobId and j.id = :jobId and j.status in :ended""")
    Set<String> optimizerBlobsIf(String jobId, Collection<JobStatus> ended);

    @Modifying(flushAutomatically = true)
    @Query("delete from CheckpointRow c where c.id in :ids")
    int remove(List<String> ids);
}

package dev.dpo4j.job;

import java.util.List;
import java.util.Optional;
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

    @Query("select c from CheckpointRow c")
    List<CheckpointRow> all();

    @Modifying(flushAutomatically = true)
    @Query("delete from CheckpointRow c where c.id in :ids")
    int remove(List<String> ids);
}

package dev.dpo4j.dataset;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface DatasetRows extends Repository<DatasetRow, String> {

    DatasetRow saveAndFlush(DatasetRow row);

    Optional<DatasetRow> findById(String name);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select d from DatasetRow d where d.name = :name")
    Optional<DatasetRow> lock(String name);

    @Query("select d from DatasetRow d where d.name > :after order by d.name")
    List<DatasetRow> after(String after, Limit limit);
}

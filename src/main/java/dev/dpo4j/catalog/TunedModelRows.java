package dev.dpo4j.catalog;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface TunedModelRows extends Repository<TunedModelRow, String> {

    TunedModelRow save(TunedModelRow row);

    Optional<TunedModelRow> findById(String id);

    List<TunedModelRow> findAllByOrderByCreatedAtAscIdAsc();

    Optional<TunedModelRow> findFirstByBase(String base);

    @Query("select t.weightsBlob from TunedModelRow t")
    Set<String> blobIds();

    void deleteById(String id);
}

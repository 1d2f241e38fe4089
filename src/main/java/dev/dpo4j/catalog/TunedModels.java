package dev.dpo4j.catalog;

import dev.dpo4j.blob.BlobOwner;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.llama.LlamaConfigReader;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The models that jobs made. */
@Component
public class TunedModels implements BlobOwner {

    private final TunedModelRows rows;
    private final FoundTunedModels found;
    private final BaseModels bases;
    private final Lineage lineage;
    private final BlobStore blobs;
    private final ObjectProvider<BlobOwner> blobOwners;
    private final TransactionTemplate transaction;

    TunedModels(
            TunedModelRows rows,
            FoundTunedModels found,
            BaseModels bases,
            Lineage lineage,
            BlobStore blobs,
            ObjectProvider<BlobOwner> blobOwners,
            TransactionTemplate transaction) {
        this.rows = rows;
        this.found = found;
        this.bases = bases;
        this.lineage = lineage;
        this.blobs = blobs;
        this.blobOwners = blobOwners;
        this.transaction = transaction;
    }

    /**
     * Makes a tuned model part of the catalog, in the caller's transaction; one of the same id is replaced.
     *
     * @throws UnknownModelException if its base is no longer there
     */
    @Transactional
    public void register(TunedModel model) {
        rows.save(new TunedModelRow(model, configJson(model.base()).toString()));
    }

    /** All that are finished, oldest first. */
    List<TunedModel> all() {
        return rows.findAllByOrderByCreatedAtAscIdAsc().stream()
                .map(TunedModelRow::toModel)
                .toList();
    }

    /** The one of that id, if there is one: a finished model or a checkpoint. */
    public Optional<TunedModel> find(String id) {
        return found.find(id);
    }

    boolean isCheckpoint(String id) {
        return found.checkpoint(id).isPresent();
    }

    /** The {@code config.json} of any model, tuned or not; of a folder's adapter, its base's. */
    ObjectNode configJson(String id) {
        Optional<TunedModelRow> row = rows.findById(id);
        if (row.isPresent()) {
            return (ObjectNode) new JsonMapper().readTree(row.get().config());
        }
        return lineage.parent(id)
                .map(this::configJson)
                .orElseGet(() -> bases.model(id).configJson());
    }

    /**
     * {@link ModelLease#configIdentity} of any model as it is now.
     *
     * @throws UnknownModelException if there is none of that id
     */
    public String configIdentity(String id) {
        return WeightsIdentity.of(LlamaConfigReader.read(configJson(id)));
    }

    /**
     * Removes a model, what its users keep for its sake, and the blobs that nobody needs then.
     *
     * @throws ModelInUseException if another model was tuned from it
     */
    void delete(TunedModel model, List<ModelUser> users) {
        Set<String> freed = new HashSet<>(Set.of(model.weightsBlobId()));
        transaction.executeWithoutResult(status -> {
            rows.findFirstByBase(model.id()).ifPresent(other -> {
                throw new ModelInUseException(
                        model.id(), "\"" + other.toModel().id() + "\" was tuned from it; delete that one first");
            });
            rows.deleteById(model.id());
            users.forEach(user -> freed.addAll(user.forget(model)));
        });
        blobOwners.forEach(owner -> freed.removeAll(owner.blobIds()));
        freed.forEach(blobs::delete);
    }

    @Override
    public Set<String> blobIds() {
        return rows.blobIds();
    }
}

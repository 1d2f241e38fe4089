package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.safetensors.SafetensorsWriter;
import dev.dpo4j.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/**
 * Which models there are, and their weights: loaded once, shared by all, dropped when others need the memory and nobody uses them.
 */
@Service
public class ModelCatalog {

    private final BaseModels bases;
    private final ModelEntries entries;
    private final Lineage lineage;
    private final AdapterModels adapters;
    private final TunedModels tuned;
    private final TunedWeights tunedWeights;
    private final TunedFiles tunedFiles;
    private final Tokenizers tokenizers;
    private final ObjectProvider<ModelUser> users;
    private final ModelMetrics metrics;
    private final WeightCache cache;

    ModelCatalog(
            BaseModels bases,
            ModelEntries entries,
            Lineage lineage,
            AdapterModels adapters,
            TunedModels tuned,
            TunedWeights tunedWeights,
            TunedFiles tunedFiles,
            Tokenizers tokenizers,
            ObjectProvider<ModelUser> users,
            ModelMetrics metrics,
            ModelProperties properties) {
        this.users = users;
        this.bases = bases;
        this.entries = entries;
        this.lineage = lineage;
        this.adapters = adapters;
        this.tuned = tuned;
        this.tunedWeights = tunedWeights;
        this.tunedFiles = tunedFiles;
        this.tokenizers = tokenizers;
        this.metrics = metrics;
        this.cache = new WeightCache(MemoryBudget.bytes(properties.memoryBudget()));
        metrics.watch(cache);
    }

    /** Every model, usable or not: seeded ones, folders, tuned ones. */
    public List<ModelEntry> entries() {
        return entries.all();
    }

    /**
     * One model, usable or not.
     *
     * @throws UnknownModelException if there is none of that id
     */
    public ModelEntry entry(String id) {
        return entries.find(id).orElseThrow(() -> new UnknownModelException(id));
    }

    /** Whether a model is a job's checkpoint, which goes when the job keeps newer ones: nothing that lasts may be built on it. */
    public boolean isCheckpoint(String id) {
        return tuned.isCheckpoint(id);
    }

    /**
     * The model that a model is compared with unless a request says otherwise: what it was tuned from, an adapter's base, or itself.
     *
     * @throws UnknownModelException if there is none of that id
     */
    public String defaultReference(String id) {
        String base = entry(id).base();
        return base == null ? id : base;
    }

    /**
     * A model to compute with; an adapter as its base's weights with its own.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     * @throws ModelMemoryException if there is no room for it
     */
    public ModelLease lease(String id) {
        return adapters.find(id).map(this::leaseAdapter).orElseGet(() -> leaseMerged(id));
    }

    /**
     * A model to tune: like {@link #lease}, but an adapter is folded into weights of its own.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     * @throws ModelMemoryException if there is no room for it
     */
    public ModelLease leaseMerged(String id) {
        WeightCache.Held<LlamaWeights> weights = holdWeights(id);
        return new ModelLease(id, weights, null);
    }

    /** Bytes that the weights of all models held or kept may take together. */
    public long memoryBudget() {
        return cache.budget();
    }

    /**
     * A model's tokenizer; a tuned model's, or an adapter's that brings none along, is that of the folder it all began with. Empty: the
     * model takes token ids only.
     *
     * @throws UnknownModelException if there is no model of that id
     * @throws BrokenModelException if the tokenizer's files are damaged
     */
    public Optional<Tokenizer> tokenizer(String id) {
        String owner = lineage.tokenizerOwner(id);
        Optional<AdapterFolder> adapter = bases.adapter(owner);
        if (adapter.isPresent()) {
            return tokenizers.of(owner, adapter.get().version(), adapter.get().tokenizerFiles());
        }
        if (!owner.equals(id) && bases.entry(owner).isEmpty()) {
            return Optional.empty();
        }
        BaseModel model = bases.model(owner);
        return tokenizers.of(owner, model.version(), model.tokenizerFiles());
    }

    /**
     * The files a model is downloaded as: those of a Hugging Face folder, or PEFT's two for an adapter.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     */
    public List<ModelFile> files(String id) {
        return tuned.find(id)
                .map(model -> tunedFiles.of(model, tokenizerFiles(model.base())))
                .or(() -> bases.adapter(id).map(AdapterFolder::files))
                .orElseGet(() -> bases.model(id).files());
    }

    /**
     * The files of a whole model: an adapter's merged into its base, any other's as they are.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     * @throws ModelMemoryException if there is no room to merge it
     */
    public List<ModelFile> mergedFiles(String id) {
        return adapters.find(id).map(this::mergedFiles).orElseGet(() -> files(id));
    }

    private List<ModelFile> mergedFiles(AdapterModel model) {
        holdMerged(model).close(); // now, so that what cannot be done is said before the first byte is sent
        String tokenizer = bases.adapter(model.id()).isPresent() ? model.id() : model.base();
        return WholeModel.files(
                tuned.configJson(model.base()),
                out -> {
                    try (WeightCache.Held<LlamaWeights> merged = holdMerged(model)) {
                        SafetensorsWriter.write(out, merged.weights().tensors(), Map.of("format", "pt"));
                    }
                },
                tokenizerFiles(tokenizer));
    }

    /**
     * Deletes a tuned model.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws ModelNotDeletableException if it is not a tuned one
     * @throws ModelInUseException if a request, a job, another model or a folder's adapter needs it
     */
    public void delete(String id) {
        ModelEntry entry = entry(id);
        TunedModel model = entry.tuned();
        if (model == null || tuned.isCheckpoint(id)) {
            throw new ModelNotDeletableException(id, entry.kind());
        }
        if (cache.inUse(id)) {
            throw new ModelInUseException(id, "a job or a request is using it; try again when that is done");
        }
        if (users.stream().anyMatch(user -> user.uses(id))) {
            throw new ModelInUseException(id, "a job that has not ended needs it; cancel that or wait for its end");
        }
        entries.all().stream()
                .filter(other -> other.kind() == ModelKind.FOLDER && id.equals(other.base()))
                .findFirst()
                .ifPresent(other -> {
                    throw new ModelInUseException(
                            id, "the adapter in the folder \"" + other.id() + "\" belongs to it; remove that first");
                });
        tuned.delete(model, users.stream().toList());
        cache.drop(id);
    }

    private List<Path> tokenizerFiles(String id) {
        String owner = lineage.tokenizerOwner(id);
        return bases.adapter(owner)
                .map(AdapterFolder::tokenizerFiles)
                .orElseGet(() -> bases.entry(owner)
                        .filter(entry -> entry.error() == null)
                        .map(entry -> bases.model(entry.id()).tokenizerFiles())
                        .orElse(List.of()));
    }

    private ModelLease leaseAdapter(AdapterModel model) {
        cache.requireEverFits(model.id(), bytesToLease(model));
        WeightCache.Held<LlamaWeights> base = holdWeights(model.base());
        boolean baseInUse = false;
        try {
            WeightCache.Held<LoraWeights> adapter = cache.hold(
                    new WeightCache.Key(model.id(), model.version(), WeightCache.Form.OWN),
                    model.bytes(),
                    LoraWeights.class,
                    metrics.timed(
                            ModelMetrics.Source.ADAPTER,
                            () -> model.load(base.weights().config())));
            baseInUse = true;
            return new ModelLease(model.id(), base, adapter);
        } finally {
            if (!baseInUse) {
                base.close();
            }
        }
    }

    private WeightCache.Held<LlamaWeights> holdWeights(String id) {
        Optional<AdapterModel> adapter = adapters.find(id);
        if (adapter.isPresent()) {
            return holdMerged(adapter.get());
        }
        Optional<TunedModel> found = tuned.find(id);
        if (found.isEmpty()) {
            BaseModel base = bases.model(id);
            return cache.hold(
                    new WeightCache.Key(id, base.version(), WeightCache.Form.OWN),
                    base.config().parameters() * Float.BYTES,
                    LlamaWeights.class,
                    metrics.timed(ModelMetrics.Source.BASE, () -> BaseWeights.load(id, base)));
        }
        TunedModel model = found.get();
        return cache.hold(
                new WeightCache.Key(id, model.weightsSha256(), WeightCache.Form.OWN),
                tunedWeights.bytes(model),
                LlamaWeights.class,
                metrics.timed(
                        ModelMetrics.Source.TUNED,
                        () -> tunedWeights.full(model, LlamaConfigReader.read(tuned.configJson(id)))));
    }

    private WeightCache.Held<LlamaWeights> holdMerged(AdapterModel model) {
        cache.requireEverFits(model.id(), bytesToMerge(model));
        return cache.hold(
                new WeightCache.Key(model.id(), mergedVersion(model), WeightCache.Form.MERGED),
                mergedBytes(model),
                LlamaWeights.class,
                metrics.timed(ModelMetrics.Source.MERGED, () -> {
                    try (ModelLease lease = leaseAdapter(model)) {
                        return LoraMerge.merged(lease.model());
                    }
                }));
    }

    /** Changes with the adapter and with everything below it. */
    private String mergedVersion(AdapterModel model) {
        String base = adapters.find(model.base())
                .map(this::mergedVersion)
                .or(() -> tuned.find(model.base()).map(TunedModel::weightsSha256))
                .orElseGet(() -> bases.model(model.base()).version());
        return model.version() + "\n" + base;
    }

    /** What must be held at once to lease an adapter: its base, with all that takes to make, and itself. */
    private long bytesToLease(AdapterModel model) {
        Optional<AdapterModel> merged = adapters.find(model.base());
        long withAdapter = mergedBytes(model) + model.bytes(); // base and merged weights have one shape
        return merged.isEmpty() ? withAdapter : Math.max(withAdapter, bytesToMerge(merged.get()));
    }

    /** What must be held at once to merge an adapter: the weights it becomes, its base and itself. */
    private long bytesToMerge(AdapterModel model) {
        return mergedBytes(model) + bytesToLease(model);
    }

    private long mergedBytes(AdapterModel model) {
        return LlamaConfigReader.read(tuned.configJson(model.base())).parameters() * Float.BYTES;
    }
}

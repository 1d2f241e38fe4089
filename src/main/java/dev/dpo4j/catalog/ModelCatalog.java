package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/**
 * Which models there are, and their weights: loaded once, shared by all, dropped when others need the memory and nobody uses them.
 */
@Service
public class ModelCatalog {

    private final BaseModels bases;
    private final TunedModels tuned;
    private final TunedWeights tunedWeights;
    private final TunedFiles tunedFiles;
    private final Tokenizers tokenizers;
    private final ObjectProvider<ModelUser> users;
    private final ModelMetrics metrics;
    private final WeightCache cache;

    ModelCatalog(
            BaseModels bases,
            TunedModels tuned,
            TunedWeights tunedWeights,
            TunedFiles tunedFiles,
            Tokenizers tokenizers,
            ObjectProvider<ModelUser> users,
            ModelMetrics metrics,
            ModelProperties properties) {
        this.users = users;
        this.bases = bases;
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
        List<ModelEntry> entries = new ArrayList<>(bases.entries());
        tuned.all().stream().map(this::entry).forEach(entries::add);
        return entries;
    }

    /**
     * One model, usable or not.
     *
     * @throws UnknownModelException if there is none of that id
     */
    public ModelEntry entry(String id) {
        return bases.entry(id)
                .or(() -> tuned.find(id).map(this::entry))
                .orElseThrow(() -> new UnknownModelException(id));
    }

    /**
     * The model that a model is compared with unless a request says otherwise: what it was tuned from, or itself.
     *
     * @throws UnknownModelException if there is none of that id
     */
    public String defaultReference(String id) {
        TunedModel origin = entry(id).tuned();
        return origin == null ? id : origin.base();
    }

    /**
     * A model to compute with; a LoRA model as its base's weights with its adapter.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     * @throws ModelMemoryException if there is no room for it
     */
    public ModelLease lease(String id) {
        Optional<TunedModel> adapter = tuned.find(id).filter(model -> model.lora() != null);
        return adapter.map(this::leaseAdapter).orElseGet(() -> leaseMerged(id));
    }

    /**
     * A model to tune: like {@link #lease}, but a LoRA model's adapter is folded into weights of its own.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     * @throws ModelMemoryException if there is no room for it
     */
    public ModelLease leaseMerged(String id) {
        WeightCache.Held<LlamaWeights> weights = holdWeights(id);
        return new ModelLease(id, weights, null);
    }

    /**
     * A model's tokenizer; a tuned model's is that of the folder it all began with. Empty: the model takes token ids only.
     *
     * @throws UnknownModelException if there is no model of that id
     * @throws BrokenModelException if the tokenizer's files are damaged
     */
    public Optional<Tokenizer> tokenizer(String id) {
        Optional<TunedModel> model = tuned.find(id);
        String rootId = model.map(this::rootId).orElse(id);
        if (model.isPresent() && bases.entry(rootId).isEmpty()) {
            return Optional.empty();
        }
        return tokenizers.of(rootId, bases.model(rootId));
    }

    /**
     * The files a model is downloaded as: those of a Hugging Face folder, or PEFT's two for an adapter.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     */
    public List<ModelFile> files(String id) {
        return tuned.find(id).map(this::files).orElseGet(() -> bases.model(id).files());
    }

    /** The same for a model that need not be in the catalog: a job's checkpoint. */
    public List<ModelFile> files(TunedModel model) {
        return tunedFiles.of(model, root(model).map(BaseModel::tokenizerFiles).orElse(List.of()));
    }

    /**
     * Deletes a tuned model.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws ModelNotDeletableException if it is not a tuned one
     * @throws ModelInUseException if a request, a job or another model needs it
     */
    public void delete(String id) {
        ModelEntry entry = entry(id);
        TunedModel model = entry.tuned();
        if (model == null) {
            throw new ModelNotDeletableException(id, entry.kind());
        }
        if (cache.inUse(id)) {
            throw new ModelInUseException(id, "a job or a request is using it; try again when that is done");
        }
        if (users.stream().anyMatch(user -> user.uses(id))) {
            throw new ModelInUseException(id, "a job that has not ended needs it; cancel that or wait for its end");
        }
        tuned.delete(model, users.stream().toList());
        cache.drop(id);
    }

    private ModelEntry entry(TunedModel model) {
        String rootId = rootId(model);
        Optional<ModelEntry> root = bases.entry(rootId);
        return new ModelEntry(
                model.id(),
                ModelKind.TUNED,
                model.createdAt(),
                LlamaConfigReader.read(tuned.configJson(model.id())),
                root.map(ModelEntry::hasTokenizer).orElse(false),
                model.lora() == null ? null : baseError(rootId, root),
                model);
    }

    /** An adapter is nothing without its base. */
    private static @Nullable String baseError(String id, Optional<ModelEntry> base) {
        if (base.isEmpty()) {
            return "its base \"" + id + "\" is no longer there";
        }
        String error = base.get().error();
        return error == null ? null : "its base \"" + id + "\" cannot be used: " + error;
    }

    private ModelLease leaseAdapter(TunedModel model) {
        cache.requireEverFits(model.id(), bytesToLease(model));
        WeightCache.Held<LlamaWeights> base = holdWeights(model.base());
        boolean baseInUse = false;
        try {
            WeightCache.Held<LoraWeights> adapter = cache.hold(
                    new WeightCache.Key(model.id(), model.weightsSha256(), WeightCache.Form.OWN),
                    tunedWeights.bytes(model),
                    LoraWeights.class,
                    metrics.timed(
                            ModelMetrics.Source.ADAPTER,
                            () -> tunedWeights.adapter(
                                    model, lora(model), base.weights().config())));
            baseInUse = true;
            return new ModelLease(model.id(), base, adapter);
        } finally {
            if (!baseInUse) {
                base.close();
            }
        }
    }

    private WeightCache.Held<LlamaWeights> holdWeights(String id) {
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
        if (model.lora() != null) {
            return holdMerged(model);
        }
        return cache.hold(
                new WeightCache.Key(id, model.weightsSha256(), WeightCache.Form.OWN),
                tunedWeights.bytes(model),
                LlamaWeights.class,
                metrics.timed(
                        ModelMetrics.Source.TUNED,
                        () -> tunedWeights.full(model, LlamaConfigReader.read(tuned.configJson(id)))));
    }

    private WeightCache.Held<LlamaWeights> holdMerged(TunedModel model) {
        cache.requireEverFits(model.id(), bytesToMerge(model));
        return cache.hold(
                new WeightCache.Key(model.id(), model.weightsSha256(), WeightCache.Form.MERGED),
                mergedBytes(model),
                LlamaWeights.class,
                metrics.timed(ModelMetrics.Source.MERGED, () -> {
                    try (ModelLease lease = leaseAdapter(model)) {
                        return LoraMerge.merged(lease.model());
                    }
                }));
    }

    /** What must be held at once to lease an adapter: its base, with all that takes to make, and itself. */
    private long bytesToLease(TunedModel model) {
        Optional<TunedModel> merged = tuned.find(model.base()).filter(base -> base.lora() != null);
        long withAdapter = mergedBytes(model) + tunedWeights.bytes(model); // base and merged weights have one shape
        return merged.isEmpty() ? withAdapter : Math.max(withAdapter, bytesToMerge(merged.get()));
    }

    /** What must be held at once to merge an adapter: the weights it becomes, its base and itself. */
    private long bytesToMerge(TunedModel model) {
        return mergedBytes(model) + bytesToLease(model);
    }

    private long mergedBytes(TunedModel model) {
        return LlamaConfigReader.read(tuned.configJson(model.id())).parameters() * Float.BYTES;
    }

    private static LoraConfig lora(TunedModel model) {
        LoraConfig lora = model.lora();
        if (lora == null) {
            throw new IllegalArgumentException(model.id() + " is no adapter");
        }
        return lora;
    }

    /** The seeded model or folder at the bottom of a chain of tuned ones. */
    private String rootId(TunedModel model) {
        return tuned.find(model.base()).map(this::rootId).orElse(model.base());
    }

    private Optional<BaseModel> root(TunedModel model) {
        return bases.entry(rootId(model)).filter(entry -> entry.error() == null).map(entry -> bases.model(entry.id()));
    }
}

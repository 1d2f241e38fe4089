package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.train.DataIdentity;
import dev.dpo4j.train.KnownReference;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.ReferenceCache;
import dev.dpo4j.train.ReferenceKeys;
import dev.dpo4j.train.TokenizedData;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Real trainings: a model of the catalog, preferences of a file or dataset, this machine. */
@Component
class CatalogTrainingRuns implements TrainingRuns {

    private final ModelCatalog catalog;
    private final PreferenceLoader preferences;
    private final Compute compute;
    private final ReferenceCache references;
    private final MemoryPlanning planning;

    CatalogTrainingRuns(
            ModelCatalog catalog,
            PreferenceLoader preferences,
            Compute compute,
            ReferenceCache references,
            MemoryPlanning planning) {
        this.catalog = catalog;
        this.preferences = preferences;
        this.compute = compute;
        this.references = references;
        this.planning = planning;
    }

    @Override
    public void validate(JobSpec spec) {
        try (ModelLease lease = lease(spec)) {
            plan(spec, lease.model().config(), preferences.load(spec, lease.model()));
        }
    }

    @Override
    public TrainingRun start(JobSpec spec, @Nullable SavedState saved) {
        ModelLease lease = lease(spec);
        boolean leaseInUse = false;
        try {
            TokenizedData data = preferences.load(spec, lease.model());
            LoraConfig lora = spec.hyperparameters().lora();
            Inputs inputs = new Inputs(
                    DataIdentity.of(data), lora == null ? null : lease.baseIdentity(), lease.configIdentity());
            if (saved != null) {
                inputs.requireSameAs(saved.inputs(), spec);
            }
            LlamaConfig config = lease.model().config();
            // A saved run has its reference's log-probabilities with it.
            KnownReference reference = saved == null ? knownOf(lease) : KnownReference.NOTHING;
            MemoryPlan memory = plan(spec, config, data);
            if (lora != null) {
                LoraWeights given = lease.model().lora(); // only of an adapter that is trained further
                LoraWeights adapter = given == null ? fresh(lease, lora, spec) : further(given, lora, spec);
                DpoTrainingRun run =
                        DpoTrainingRun.ofAdapter(spec, lease, adapter, reference, data, compute, memory, inputs, saved);
                leaseInUse = true;
                return run;
            }
            LlamaWeights weights = lease.own();
            return DpoTrainingRun.ofAllWeights(spec, weights, reference, data, compute, memory, inputs, saved);
        } finally {
            if (!leaseInUse) {
                lease.close();
            }
        }
    }

    /** A copy of an adapter, which must be what it was when the job was created: a changed alpha is another model. */
    private static LoraWeights further(LoraWeights given, LoraConfig lora, JobSpec spec) {
        if (!given.config().withoutDropout().equals(lora.withoutDropout())) {
            throw new TrainingFailedException(
                    "model_changed",
                    "The adapter \"%s\" is not configured as it was when the job was created. Put the old adapter_config.json back, or create the job anew."
                            .formatted(spec.model()),
                    "model");
        }
        return given.copy();
    }

    private LoraWeights fresh(ModelLease lease, LoraConfig lora, JobSpec spec) {
        try {
            return LoraWeights.initialise(
                    lease.model().weights(), lora, spec.hyperparameters().seed(), compute);
        } catch (IllegalArgumentException e) { // a row that DoRA cannot be put on
            throw new TrainingFailedException(
                    "invalid_value", String.valueOf(e.getMessage()), "method.dpo.hyperparameters.lora.use_dora");
        }
    }

    private ModelLease lease(JobSpec spec) {
        return JobModel.lease(catalog, spec);
    }

    private KnownReference knownOf(ModelLease lease) {
        return new KnownReference(references, new ReferenceKeys(lease.identity(), compute.fingerprint()));
    }

    private MemoryPlan plan(JobSpec spec, LlamaConfig config, TokenizedData data) {
        return MemoryPlanning.requireFits(planning.plan(spec, config, data));
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.train.TokenizedData;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Real trainings: a model of the catalog, preferences of a file or dataset, this machine. */
@Component
class CatalogTrainingRuns implements TrainingRuns {

    private final ModelCatalog catalog;
    private final PreferenceLoader preferences;
    private final Compute compute;
    private final TrainingProperties properties;

    CatalogTrainingRuns(
            ModelCatalog catalog, PreferenceLoader preferences, Compute compute, TrainingProperties properties) {
        this.catalog = catalog;
        this.preferences = preferences;
        this.compute = compute;
        this.properties = properties;
    }

    @Override
    public void validate(JobSpec spec) {
        try (ModelLease lease = lease(spec)) {
            preferences.load(spec, lease.model());
        }
    }

    @Override
    public TrainingRun start(JobSpec spec, @Nullable SavedState saved) {
        ModelLease lease = lease(spec);
        boolean leaseInUse = false;
        try {
            TokenizedData data = preferences.load(spec, lease.model());
            LlamaConfig config = lease.model().config();
            int rows = rowsPerPass(config);
            LoraConfig lora = spec.hyperparameters().lora();
            if (lora != null) {
                LoraWeights adapter = LoraWeights.initialise(
                        config, lora, spec.hyperparameters().seed());
                DpoTrainingRun run = DpoTrainingRun.ofAdapter(spec, lease, adapter, data, compute, rows, saved);
                leaseInUse = true;
                return run;
            }
            LlamaWeights weights = lease.own();
            return DpoTrainingRun.ofAllWeights(spec, weights, data, compute, rows, saved);
        } finally {
            if (!leaseInUse) {
                lease.close();
            }
        }
    }

    private ModelLease lease(JobSpec spec) {
        return catalog.leaseMerged(spec.model());
    }

    private int rowsPerPass(LlamaConfig config) {
        long bytesPerRow = Activations.floatsPerRow(config, Activations.Keep.ALL) * Float.BYTES;
        long rows = properties.activationMemory().toBytes() / bytesPerRow;
        return (int) Math.max(1, Math.min(rows, 1 << 14));
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.TokenizedData;
import org.springframework.stereotype.Component;

/** Plans jobs into the memory that this node has for training. */
@Component
class MemoryPlanning {

    private final ModelCatalog catalog;
    private final Compute compute;
    private final TrainingProperties properties;

    MemoryPlanning(ModelCatalog catalog, Compute compute, TrainingProperties properties) {
        this.catalog = catalog;
        this.compute = compute;
        this.properties = properties;
    }

    /** The best plan there is, which need not fit. */
    MemoryPlan plan(JobSpec spec, LlamaConfig config, TokenizedData data) {
        return MemoryPlan.of(
                config,
                spec.hyperparameters().lora(),
                spec.hyperparameters().referenceSync() != null,
                data,
                spec.hyperparameters().batchSize(),
                compute.threads(),
                properties.passLimit(spec.hyperparameters().lora() != null),
                properties.limit(catalog.memoryBudget()));
    }

    /** @throws TrainingFailedException when it does not fit */
    static MemoryPlan requireFits(MemoryPlan plan) {
        if (!plan.fits()) {
            throw new TrainingFailedException(
                    "out_of_memory",
                    "The job does not fit into the memory for training, one preference at a time even: %s. A smaller max_length needs less, LoRA much less; or raise dpo4j.training.memory"
                            .formatted(plan.describe()),
                    null);
        }
        return plan;
    }
}

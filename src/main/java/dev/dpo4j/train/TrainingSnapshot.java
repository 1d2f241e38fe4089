package dev.dpo4j.train;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.TensorReader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run's state between two steps, readable on any thread, through {@code reader}, until its {@link PendingCheckpoint} has ended.
 *
 * @param progress where the run stands
 * @param epoch fraction of passes over the data done
 * @param lastReport the newest report; null before the first of this start
 * @param last whether the run ends with this snapshot
 * @param weights what is trained, under Hugging Face's names (full) or PEFT's (LoRA)
 * @param weightsMetadata safetensors metadata to write with the weights
 * @param optimizer AdamW's moments and the reference log-probabilities
 * @param reader lends the values of {@code weights} and {@code optimizer}: the run's memory itself, or a copy when the run could not wait
 */
public record TrainingSnapshot(
        TrainingProgress progress,
        double epoch,
        @Nullable StepReport lastReport,
        boolean last,
        List<NamedTensor> weights,
        Map<String, String> weightsMetadata,
        List<NamedTensor> optimizer,
        TensorReader reader) {}

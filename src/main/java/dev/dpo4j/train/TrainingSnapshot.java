package dev.dpo4j.train;

import dev.dpo4j.safetensors.NamedTensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run's state between two steps: the memory itself, no copy, and readable on any thread until its {@link PendingCheckpoint} has been awaited.
 *
 * @param progress where the run stands
 * @param epoch fraction of passes over the data done
 * @param lastReport the newest report; null before the first of this start
 * @param last whether the run ends with this snapshot
 * @param weights what is trained, under Hugging Face's names (full) or PEFT's (LoRA)
 * @param weightsMetadata safetensors metadata to write with the weights
 * @param optimizer AdamW's moments and the reference log-probabilities
 */
public record TrainingSnapshot(
        TrainingProgress progress,
        double epoch,
        @Nullable StepReport lastReport,
        boolean last,
        List<NamedTensor> weights,
        Map<String, String> weightsMetadata,
        List<NamedTensor> optimizer) {}

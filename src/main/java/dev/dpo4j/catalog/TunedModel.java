package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a job made: a finished model, or one of its checkpoints.
 *
 * @param id {@code ft:<base>:<suffix>:<job>}
 * @param base the model it was tuned from, itself perhaps a tuned one
 * @param jobId the job
 * @param weightsBlobId its weights: a safetensors file, all weights (full) or the adapter's (LoRA)
 * @param weightsSha256 SHA-256 of that file, hexadecimal
 * @param lora the adapter's shape; null: a full fine-tune
 * @param createdAt when it was finished
 */
public record TunedModel(
        String id,
        String base,
        String jobId,
        String weightsBlobId,
        String weightsSha256,
        @Nullable LoraConfig lora,
        Instant createdAt) {}

package dev.dpo4j.job;

import java.time.Instant;
import java.util.Map;

/**
 * A durable state of a job.
 *
 * @param id {@code ftckpt_...}
 * @param jobId the job
 * @param step optimizer steps done
 * @param createdAt when it was written
 * @param model the id under which its weights can be had
 * @param metrics figures by OpenAI's names, {@code step} first
 * @param weightsBlobId its weights: a safetensors file
 * @param weightsSha256 SHA-256 of that file
 */
public record Checkpoint(
        String id,
        String jobId,
        int step,
        Instant createdAt,
        String model,
        Map<String, Object> metrics,
        String weightsBlobId,
        String weightsSha256) {}

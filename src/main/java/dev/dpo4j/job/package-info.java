/**
 * A training run as a durable, fenced, resumable thing: jobs, events, checkpoints, and their execution by db-scheduler.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "train",
            "learningrate",
            "catalog",
            "dataset",
            "blob",
            "safetensors",
            "llama",
            "loss",
            "tensor",
            "tokenizer"
        })
package dev.dpo4j.job;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/**
 * The DPO training loop, optimizer and batching. It knows neither HTTP nor SQL: news leaves through
 * {@code TrainingListener}.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"llama", "tensor", "kernel", "loss", "learningrate", "safetensors", "dataset", "digest"})
package dev.dpo4j.train;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

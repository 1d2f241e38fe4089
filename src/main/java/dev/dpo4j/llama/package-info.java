/**
 * The Llama: configuration, weights, forward, backward, LoRA, generation.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kernel", "tensor", "safetensors"})
package dev.dpo4j.llama;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/**
 * HTTP: controllers, wire records, problems, security. The only package that knows Spring MVC.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "job",
            "train",
            "learningrate",
            "catalog",
            "dataset",
            "blob",
            "loss",
            "llama",
            "tensor",
            "tokenizer",
            "safetensors",
            "digest"
        })
package dev.dpo4j.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/**
 * Which models exist: folders in Hugging Face layout, seeded ones declared in configuration, tuned ones in the database; loading
 * them once and keeping them within a memory budget.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"llama", "tensor", "tokenizer", "safetensors", "blob", "digest"})
package dev.dpo4j.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

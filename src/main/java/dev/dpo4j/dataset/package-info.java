/**
 * Preferences: every accepted row shape, uploaded files and named datasets, and their tokenisation by TRL's rules.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"tokenizer", "blob", "digest"})
package dev.dpo4j.dataset;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

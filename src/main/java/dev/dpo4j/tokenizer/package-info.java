/**
 * Text to token ids and back, and chat templates, from the files of a Hugging Face model folder.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.tokenizer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

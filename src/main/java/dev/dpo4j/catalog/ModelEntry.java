package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A model as the catalog lists it.
 *
 * @param id what requests call it
 * @param kind where it comes from
 * @param created when its files were last changed, it was declared, or its job finished
 * @param config its shape; null if that could not be read
 * @param hasTokenizer whether it takes text; otherwise token ids only
 * @param error why it cannot be used; null if it can
 * @param tuned its origin, for tuned models
 */
public record ModelEntry(
        String id,
        ModelKind kind,
        Instant created,
        @Nullable LlamaConfig config,
        boolean hasTokenizer,
        @Nullable String error,
        @Nullable TunedModel tuned) {}

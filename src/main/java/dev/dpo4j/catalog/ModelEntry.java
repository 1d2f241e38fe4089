package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
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
 * @param base what it was tuned from, or is an adapter for; null: it stands alone
 * @param lora its adapter; null: it has none
 * @param tuned its origin, for tuned models
 */
public record ModelEntry(
        String id,
        ModelKind kind,
        Instant created,
        @Nullable LlamaConfig config,
        boolean hasTokenizer,
        @Nullable String error,
        @Nullable String base,
        @Nullable LoraConfig lora,
        @Nullable TunedModel tuned) {

    /** A folder of a whole model, or of an adapter as far as it is known without its base. */
    static ModelEntry ofFolder(
            String id, Instant changed, @Nullable LlamaConfig config, boolean hasTokenizer, @Nullable String error) {
        return new ModelEntry(id, ModelKind.FOLDER, changed, config, hasTokenizer, error, null, null, null);
    }

    /** A model that configuration declares. */
    static ModelEntry ofSeeded(String id, Instant declared, @Nullable LlamaConfig config, @Nullable String error) {
        return new ModelEntry(id, ModelKind.SEEDED, declared, config, false, error, null, null, null);
    }

    /** The same, unusable for want of a usable base. */
    ModelEntry broken(String reason) {
        return new ModelEntry(id, kind, created, config, hasTokenizer, reason, base, lora, tuned);
    }
}

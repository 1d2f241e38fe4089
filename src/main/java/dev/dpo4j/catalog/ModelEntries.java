package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LoraConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How models are listed: what each says of itself, and what follows from what it is built on. */
@Component
class ModelEntries {

    private final BaseModels bases;
    private final TunedModels tuned;
    private final Lineage lineage;

    ModelEntries(BaseModels bases, TunedModels tuned, Lineage lineage) {
        this.bases = bases;
        this.tuned = tuned;
        this.lineage = lineage;
    }

    /** Every model, usable or not: seeded ones, folders, tuned ones. */
    List<ModelEntry> all() {
        return Stream.concat(
                        bases.entries().stream().map(this::withBase),
                        tuned.all().stream().map(this::entry))
                .toList();
    }

    /** The model of that id, usable or not, if there is one. */
    Optional<ModelEntry> find(String id) {
        return bases.entry(id).map(this::withBase).or(() -> tuned.find(id).map(this::entry));
    }

    private ModelEntry withBase(ModelEntry entry) {
        return bases.adapter(entry.id())
                .map(adapter -> withBase(entry, adapter))
                .orElse(entry);
    }

    private ModelEntry withBase(ModelEntry entry, AdapterFolder adapter) {
        String base;
        try {
            base = lineage.parent(entry.id()).orElseThrow();
        } catch (BrokenModelException e) {
            return entry.broken(e.reason());
        }
        Optional<ModelEntry> found = find(base);
        LlamaConfig config = found.map(ModelEntry::config).orElse(null);
        String error = baseError(base, found);
        LoraConfig lora = null;
        if (error == null && config != null) {
            try {
                lora = adapter.on(config);
            } catch (IOException | IllegalArgumentException e) {
                error = "on its base \"" + base + "\": " + e.getMessage();
            }
        }
        boolean hasTokenizer =
                entry.hasTokenizer() || found.map(ModelEntry::hasTokenizer).orElse(false);
        return new ModelEntry(entry.id(), entry.kind(), entry.created(), config, hasTokenizer, error, base, lora, null);
    }

    private ModelEntry entry(TunedModel model) {
        Optional<ModelEntry> base = find(model.base());
        return new ModelEntry(
                model.id(),
                ModelKind.TUNED,
                model.createdAt(),
                LlamaConfigReader.read(tuned.configJson(model.id())),
                base.map(ModelEntry::hasTokenizer).orElse(false),
                model.lora() == null ? null : baseError(model.base(), base),
                model.base(),
                model.lora(),
                model);
    }

    /** An adapter is nothing without its base. */
    private static @Nullable String baseError(String id, Optional<ModelEntry> base) {
        if (base.isEmpty()) {
            return "its base \"" + id + "\" is no longer there";
        }
        String error = base.get().error();
        return error == null ? null : "its base \"" + id + "\" cannot be used: " + error;
    }
}

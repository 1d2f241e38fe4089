package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A tuned model's row: its origin and its configuration; its weights are a blob. */
@Entity
@Table(name = "tuned_model")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class TunedModelRow {

    @Id
    private String id;

    private String base;

    private String jobId;

    private Instant createdAt;

    private String weightsBlob;

    private String weightsSha256;

    private @Nullable Integer loraRank;

    private @Nullable Double loraAlpha;

    private @Nullable String loraTargets;

    private String config;

    protected TunedModelRow() {}

    /** A new row. */
    TunedModelRow(TunedModel model, String config) {
        this.id = model.id();
        this.base = model.base();
        this.jobId = model.jobId();
        this.createdAt = model.createdAt();
        this.weightsBlob = model.weightsBlobId();
        this.weightsSha256 = model.weightsSha256();
        LoraConfig lora = model.lora();
        if (lora != null) {
            this.loraRank = lora.r();
            this.loraAlpha = lora.alpha();
            this.loraTargets =
                    String.join(",", lora.targetModules().stream().sorted().toList());
        }
        this.config = config;
    }

    TunedModel toModel() {
        return new TunedModel(id, base, jobId, weightsBlob, weightsSha256, lora(), createdAt);
    }

    /** The model's {@code config.json}. */
    String config() {
        return config;
    }

    private @Nullable LoraConfig lora() {
        if (loraRank == null || loraAlpha == null || loraTargets == null) {
            return null;
        }
        return new LoraConfig(loraRank, loraAlpha, Set.of(loraTargets.split(",", -1)));
    }
}

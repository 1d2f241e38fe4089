package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A tuned model's row: its origin and its configuration; its weights are a blob. */
@Entity
@Table(name = "tuned_model")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class TunedModelRow {

    private static final JsonMapper JSON = new JsonMapper();

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

    private @Nullable String loraOptions;

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
            LoraOptions options = LoraOptions.of(lora);
            this.loraOptions = options.equals(LoraOptions.NONE) ? null : JSON.writeValueAsString(options);
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
        LoraOptions options = loraOptions == null ? LoraOptions.NONE : JSON.readValue(loraOptions, LoraOptions.class);
        return new LoraConfig(
                loraRank,
                loraAlpha,
                Set.of(loraTargets.split(",", -1)),
                options.useRslora,
                options.rankPattern,
                options.alphaPattern,
                Objects.requireNonNullElse(options.dropout, 0.0),
                Boolean.TRUE.equals(options.useDora));
    }

    /** What an adapter may have besides rank, alpha and targets; rows of before the last two were kept have neither. */
    private record LoraOptions(
            boolean useRslora,
            Map<String, Integer> rankPattern,
            Map<String, Double> alphaPattern,
            @Nullable Double dropout,
            @Nullable Boolean useDora) {

        LoraOptions {
            dropout = Objects.requireNonNullElse(dropout, 0.0);
            useDora = Objects.requireNonNullElse(useDora, false);
        }

        static final LoraOptions NONE = new LoraOptions(false, Map.of(), Map.of(), 0.0, false);

        static LoraOptions of(LoraConfig lora) {
            return new LoraOptions(
                    lora.useRslora(), lora.rankPattern(), lora.alphaPattern(), lora.dropout(), lora.useDora());
        }
    }
}

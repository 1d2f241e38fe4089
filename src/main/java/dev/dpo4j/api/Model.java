package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.catalog.ModelEntry;
import dev.dpo4j.catalog.ModelKind;
import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as it is sent: OpenAI's four fields, then ours. Fields that do not apply are absent.
 *
 * @param id what requests call it
 * @param object always {@code model}
 * @param created Unix time in seconds
 * @param ownedBy always {@code dpo4j}
 * @param kind {@code folder}, {@code seeded} or {@code tuned}
 * @param hasTokenizer whether it takes text and messages; otherwise token ids only
 * @param parameters number of weights
 * @param config its shape
 * @param baseModel what it was tuned from, or is an adapter for
 * @param job the job that made it
 * @param weightsSha256 SHA-256 of its safetensors file
 * @param lora its adapter; absent for a model of whole weights
 * @param error why it cannot be used; absent if it can
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Model(
        String id,
        String object,
        long created,
        String ownedBy,

        @Schema(allowableValues = {"folder", "seeded", "tuned"})
        String kind,

        boolean hasTokenizer,
        @Nullable Long parameters,
        @Nullable Shape config,
        @Nullable String baseModel,
        @Nullable String job,
        @Nullable String weightsSha256,
        @Nullable Lora lora,
        @Nullable String error) {

    /** The shape, by the names of {@code config.json}. */
    @Schema(name = "ModelShape")
    record Shape(
            int vocabSize,
            int hiddenSize,
            int intermediateSize,
            int numHiddenLayers,
            int numAttentionHeads,
            int numKeyValueHeads,
            int headDim,
            int maxPositionEmbeddings,
            boolean tieWordEmbeddings) {

        static Shape of(LlamaConfig config) {
            return new Shape(
                    config.vocabSize(),
                    config.hiddenSize(),
                    config.intermediateSize(),
                    config.layers(),
                    config.heads(),
                    config.kvHeads(),
                    config.headSize(),
                    config.maxPositionEmbeddings(),
                    config.tieWordEmbeddings());
        }
    }

    /** The adapter, by PEFT's names. */
    @Schema(name = "ModelLora")
    record Lora(
            int r,
            double loraAlpha,
            List<String> targetModules,
            boolean useRslora,
            boolean useDora,
            Map<String, Integer> rankPattern,
            Map<String, Double> alphaPattern) {

        static Lora of(LoraConfig lora) {
            return new Lora(
                    lora.r(),
                    lora.alpha(),
                    lora.targetModules().stream().sorted().toList(),
                    lora.useRslora(),
                    lora.useDora(),
                    lora.rankPattern(),
                    lora.alphaPattern());
        }
    }

    static Model of(ModelEntry entry) {
        LlamaConfig config = entry.config();
        TunedModel tuned = entry.tuned();
        LoraConfig lora = entry.lora();
        return new Model(
                entry.id(),
                "model",
                entry.created().getEpochSecond(),
                "dpo4j",
                name(entry.kind()),
                entry.hasTokenizer(),
                config == null ? null : config.parameters(),
                config == null ? null : Shape.of(config),
                entry.base(),
                tuned == null ? null : tuned.jobId(),
                tuned == null ? null : tuned.weightsSha256(),
                lora == null ? null : Lora.of(lora),
                entry.error());
    }

    private static String name(ModelKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}

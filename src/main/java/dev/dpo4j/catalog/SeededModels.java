package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaConfigWriter;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.SeededWeights;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The models that configuration declares by shape and seed. */
@Component
class SeededModels {

    private static final Logger log = LoggerFactory.getLogger(SeededModels.class);
    private static final String NOTEBOOK = "notebook";

    private final Map<String, Declared> models = new TreeMap<>();

    SeededModels(ModelProperties properties, Clock clock) {
        Map<String, SeededModel> declared = new TreeMap<>(Map.of(NOTEBOOK, SeededModel.NOTEBOOK));
        declared.putAll(properties.seeded());
        Instant now = clock.instant();
        declared.forEach((id, model) -> models.put(id, declare(id, model, now)));
    }

    List<ModelEntry> entries() {
        return models.values().stream().map(Declared::entry).toList();
    }

    Optional<ModelEntry> entry(String id) {
        return Optional.ofNullable(models.get(id)).map(Declared::entry);
    }

    Optional<BaseModel> model(String id) {
        return Optional.ofNullable(models.get(id)).flatMap(Declared::model);
    }

    private static Declared declare(String id, SeededModel model, Instant now) {
        try {
            LlamaConfig config = LlamaConfigReader.read(model.config().toJson());
            SeededWeights.check(config);
            ModelEntry entry = ModelEntry.ofSeeded(id, now, config, null);
            return new Declared(entry, Optional.of(new Seeded(config, model.seed())));
        } catch (IllegalArgumentException e) {
            log.warn("The seeded model \"{}\" cannot be used: {}", id, e.getMessage());
            return new Declared(ModelEntry.ofSeeded(id, now, null, e.getMessage()), Optional.empty());
        }
    }

    private record Declared(ModelEntry entry, Optional<BaseModel> model) {}

    private record Seeded(LlamaConfig config, long seed) implements BaseModel {

        @Override
        public String version() {
            return Long.toString(seed);
        }

        @Override
        public ObjectNode configJson() {
            return LlamaConfigWriter.toJson(config);
        }

        @Override
        public List<Path> tokenizerFiles() {
            return List.of();
        }

        @Override
        public void fill(LlamaWeights weights) {
            SeededWeights.fill(config, seed, weights::tensor);
        }

        @Override
        public List<ModelFile> files() {
            return List.of(
                    new ModelFile("config.json", out -> out.write(new JsonMapper().writeValueAsBytes(configJson()))),
                    new ModelFile("model.safetensors", out -> {
                        try (LlamaWeights weights = LlamaWeights.allocate(config)) {
                            fill(weights);
                            SafetensorsWriter.write(out, weights.tensors(), Map.of("format", "pt"));
                        }
                    }));
        }
    }
}

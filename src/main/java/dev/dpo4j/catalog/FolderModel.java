package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder in Hugging Face layout as it was last looked at.
 *
 * @param entry how it is listed
 * @param version what the folder held then
 * @param model it, checked down to the headers of its weight files; empty when it cannot be used
 */
record FolderModel(ModelEntry entry, String version, Optional<BaseModel> model) {

    /** What belongs to a tokenizer and travels with a download. */
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "special_tokens_map.json",
            "added_tokens.json",
            "generation_config.json");

    private static final long MAX_CONFIG_BYTES = 1 << 20;

    /** Reads what the folder says of itself; never fails, but may end in an entry with an error. */
    static FolderModel inspect(String id, FolderSnapshot folder) {
        LlamaConfig config = null;
        boolean hasTokenizer = folder.files().containsKey("tokenizer.json");
        try {
            if (folder.error() != null) {
                return broken(id, folder, null, folder.error());
            }
            ObjectNode json = configJson(folder);
            config = LlamaConfigReader.read(json);
            WeightFiles weights = WeightFiles.find(folder, config);
            ModelEntry entry = new ModelEntry(id, ModelKind.FOLDER, folder.changed(), config, hasTokenizer, null, null);
            List<Path> tokenizer = hasTokenizer
                    ? Stream.ofNullable(folder.files())
                            .flatMap(files -> TOKENIZER_FILES.stream().map(files::get))
                            .filter(java.util.Objects::nonNull)
                            .toList()
                    : List.of();
            return new FolderModel(
                    entry, folder.version(), Optional.of(new Folder(folder, config, json, tokenizer, weights)));
        } catch (IOException | IllegalArgumentException e) {
            return broken(id, folder, config, String.valueOf(e.getMessage()));
        }
    }

    private static FolderModel broken(String id, FolderSnapshot folder, @Nullable LlamaConfig config, String error) {
        return new FolderModel(
                new ModelEntry(id, ModelKind.FOLDER, folder.changed(), config, false, error, null),
                folder.version(),
                Optional.empty());
    }

    private static ObjectNode configJson(FolderSnapshot folder) throws IOException {
        Path file = folder.files().get("config.json");
        if (file == null) {
            throw new IOException("it has no config.json");
        }
        if (Files.size(file) > MAX_CONFIG_BYTES) {
            throw new IOException("its config.json is larger than " + MAX_CONFIG_BYTES + " bytes");
        }
        try {
            JsonNode json = new JsonMapper().readTree(Files.readAllBytes(file));
            if (json instanceof ObjectNode object) {
                return object;
            }
            throw new IOException("its config.json does not hold a JSON object");
        } catch (JacksonException e) {
            throw new IOException("its config.json is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private record Folder(
            FolderSnapshot snapshot,
            LlamaConfig config,
            ObjectNode configJson,
            List<Path> tokenizerFiles,
            WeightFiles weights)
            implements BaseModel {

        @Override
        public String version() {
            return snapshot.version();
        }

        @Override
        public void fill(LlamaWeights target) throws IOException {
            weights.fill(target);
        }

        @Override
        public List<ModelFile> files() {
            List<Path> files = new ArrayList<>();
            files.addAll(Stream.ofNullable(snapshot.files().get("config.json")).toList());
            files.addAll(weights.all());
            files.addAll(tokenizerFiles);
            return files.stream()
                    .map(file -> new ModelFile(file.getFileName().toString(), out -> Files.copy(file, out)))
                    .toList();
        }
    }
}

package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder in Hugging Face or PEFT layout as it was last looked at.
 *
 * @param entry how it is listed; of an adapter, as far as that is known without its base
 * @param version what the folder held then
 * @param model it, checked down to the headers of its weight files; empty when it cannot be used, or is an adapter
 * @param adapter the same for an adapter; empty when it is none
 */
record FolderModel(ModelEntry entry, String version, Optional<BaseModel> model, Optional<AdapterFolder> adapter) {

    /** What belongs to a tokenizer and travels with a download. */
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "special_tokens_map.json",
            "added_tokens.json",
            "generation_config.json");

    /** Reads what the folder says of itself; never fails, but may end in an entry with an error. */
    static FolderModel inspect(String id, FolderSnapshot folder) {
        LlamaConfig config = null;
        boolean hasTokenizer = folder.files().containsKey("tokenizer.json");
        try {
            if (folder.error() != null) {
                return broken(id, folder, null, folder.error());
            }
            List<Path> tokenizer = hasTokenizer ? tokenizerFiles(folder) : List.of();
            if (AdapterFolder.isOne(folder)) {
                AdapterFolder adapter = AdapterFolder.inspect(folder, tokenizer);
                return new FolderModel(
                        ModelEntry.ofFolder(id, folder.changed(), null, hasTokenizer, null),
                        folder.version(),
                        Optional.empty(),
                        Optional.of(adapter));
            }
            ObjectNode json = JsonFile.read(folder, "config.json");
            config = LlamaConfigReader.read(json);
            WeightFiles weights = WeightFiles.find(folder, config);
            return new FolderModel(
                    ModelEntry.ofFolder(id, folder.changed(), config, hasTokenizer, null),
                    folder.version(),
                    Optional.of(new Folder(folder, config, json, tokenizer, weights)),
                    Optional.empty());
        } catch (IOException | IllegalArgumentException e) {
            return broken(id, folder, config, String.valueOf(e.getMessage()));
        }
    }

    private static FolderModel broken(String id, FolderSnapshot folder, @Nullable LlamaConfig config, String error) {
        return new FolderModel(
                ModelEntry.ofFolder(id, folder.changed(), config, false, error),
                folder.version(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Path> tokenizerFiles(FolderSnapshot folder) {
        return TOKENIZER_FILES.stream()
                .flatMap(name -> Stream.ofNullable(folder.files().get(name)))
                .toList();
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
            return files.stream().map(ModelFile::of).toList();
        }
    }
}

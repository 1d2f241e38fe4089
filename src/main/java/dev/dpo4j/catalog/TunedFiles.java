package dev.dpo4j.catalog;

import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.llama.LoraConfig;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.springframework.stereotype.Component;

/** What jobs made, as the files that transformers and peft load. */
@Component
class TunedFiles {

    private final TunedModels tuned;
    private final BlobStore blobs;

    TunedFiles(TunedModels tuned, BlobStore blobs) {
        this.tuned = tuned;
        this.blobs = blobs;
    }

    /**
     * A model's files.
     *
     * @param tokenizer the files of the tokenizer at the bottom of its chain of bases
     */
    List<ModelFile> of(TunedModel model, List<Path> tokenizer) {
        LoraConfig lora = model.lora();
        if (lora != null) {
            return List.of(
                    WholeModel.json("adapter_config.json", AdapterConfigWriter.toJson(model.base(), lora)),
                    new ModelFile("adapter_model.safetensors", weights(model)));
        }
        return WholeModel.files(tuned.configJson(model.id()), weights(model), tokenizer);
    }

    private ModelFile.Content weights(TunedModel model) {
        return out -> {
            try (InputStream in = blobs.read(model.weightsBlobId())) {
                in.transferTo(out);
            }
        };
    }
}

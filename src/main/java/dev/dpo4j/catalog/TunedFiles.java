package dev.dpo4j.catalog;

import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.llama.LoraConfig;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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
                    json("adapter_config.json", AdapterConfigWriter.toJson(model.base(), lora)),
                    weights("adapter_model.safetensors", model));
        }
        List<ModelFile> files = new ArrayList<>();
        files.add(json(
                "config.json",
                asFloat32(tuned.configJson(tuned.find(model.id()).isPresent() ? model.id() : model.base()))));
        files.add(weights("model.safetensors", model));
        tokenizer.stream().map(ModelFile::of).forEach(files::add);
        return files;
    }

    /** The base may have been bfloat16; these weights are not, and transformers would round them to what it reads here. */
    private static ObjectNode asFloat32(ObjectNode config) {
        return config.put("dtype", "float32").put("torch_dtype", "float32");
    }

    private static ModelFile json(String name, ObjectNode content) {
        byte[] bytes = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
        return new ModelFile(name, out -> out.write(bytes));
    }

    private ModelFile weights(String name, TunedModel model) {
        return new ModelFile(name, out -> {
            try (InputStream in = blobs.read(model.weightsBlobId())) {
                in.transferTo(out);
            }
        });
    }
}

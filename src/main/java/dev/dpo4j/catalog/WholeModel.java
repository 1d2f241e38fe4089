package dev.dpo4j.catalog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A model of float32 weights as the folder that transformers loads. */
final class WholeModel {

    private WholeModel() {}

    /**
     * The folder's files.
     *
     * @param config a {@code config.json}, of these weights or of those they came from
     * @param weights writes a safetensors file
     * @param tokenizer the files of its tokenizer
     */
    static List<ModelFile> files(ObjectNode config, ModelFile.Content weights, List<Path> tokenizer) {
        List<ModelFile> files = new ArrayList<>();
        files.add(json("config.json", asFloat32(config)));
        files.add(new ModelFile("model.safetensors", weights));
        tokenizer.stream().map(ModelFile::of).forEach(files::add);
        return files;
    }

    /** A JSON file of a model's folder. */
    static ModelFile json(String name, ObjectNode content) {
        byte[] bytes = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
        return new ModelFile(name, out -> out.write(bytes));
    }

    /** The base may have been bfloat16; these weights are not, and transformers would round them to what it reads here. */
    private static ObjectNode asFloat32(ObjectNode config) {
        return config.put("dtype", "float32").put("torch_dtype", "float32");
    }
}

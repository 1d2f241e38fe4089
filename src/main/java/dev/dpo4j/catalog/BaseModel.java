package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A model that was not made by a job, checked and ready to be loaded. */
interface BaseModel {

    /** Changes whenever its weights do. */
    String version();

    /** Its shape. */
    LlamaConfig config();

    /** Its {@code config.json}. */
    ObjectNode configJson();

    /** Its tokenizer's files; empty if it has none. */
    List<Path> tokenizerFiles();

    /** Fills weights of its shape. */
    void fill(LlamaWeights weights) throws IOException;

    /** The files it is downloaded as. */
    List<ModelFile> files();
}

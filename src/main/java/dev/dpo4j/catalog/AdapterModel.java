package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraWeights;

/** A LoRA adapter of the catalog, a job's or a folder's: usable on its base, or merged into it. */
interface AdapterModel {

    /** Its id in the catalog. */
    String id();

    /** The id of the model it is put on. */
    String base();

    /** Changes whenever its weights do. */
    String version();

    /** Bytes of its weights as float32. */
    long bytes();

    /**
     * Reads its weights.
     *
     * @param base the shape of its base
     * @throws BrokenModelException if they are damaged
     */
    LoraWeights load(LlamaConfig base);
}

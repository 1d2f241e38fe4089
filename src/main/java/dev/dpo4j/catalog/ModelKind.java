package dev.dpo4j.catalog;

/** Where a model comes from. */
public enum ModelKind {
    /** A folder in Hugging Face or PEFT layout under the models directory. */
    FOLDER,
    /** Declared in configuration by shape and seed. */
    SEEDED,
    /** Made by a job. */
    TUNED
}

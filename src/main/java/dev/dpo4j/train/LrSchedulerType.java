package dev.dpo4j.train;

/** How the learning rate moves after warm-up; names as in transformers. */
public enum LrSchedulerType {
    CONSTANT,
    LINEAR,
    COSINE
}

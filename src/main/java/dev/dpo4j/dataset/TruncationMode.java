package dev.dpo4j.dataset;

/** What becomes of a preference whose prompt and answer together are longer than {@code max_length}: TRL's option {@code truncation_mode}, and ours. */
public enum TruncationMode {
    /** The answers' ends go; where the prompt alone fills the length, the preference. TRL's {@code keep_start}. */
    KEEP_START,
    /** The prompt's beginning goes, so that the answers stay whole; only what is left of answers that are longer by themselves is cut. */
    KEEP_PROMPT_END,
    /** The preference goes. */
    DROP,
    /** It is an error. */
    ERROR
}

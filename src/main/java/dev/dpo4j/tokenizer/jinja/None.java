package dev.dpo4j.tokenizer.jinja;

/** Python's {@code None}. */
enum None {
    NONE
}

package dev.dpo4j.tokenizer.jinja;

/**
 * A name, attribute or item that is not there: prints as nothing, is false and empty, and may be used for nothing else.
 *
 * @param what what was looked for, for the error message
 */
record Undefined(String what) {}

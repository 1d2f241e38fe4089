package dev.dpo4j.tokenizer.jinja;

/** A template that cannot be parsed, uses what is not supported, failed while rendering, or refused its input. */
public final class JinjaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int line;

    JinjaException(int line, String reason) {
        super(reason);
        this.line = line;
    }

    /** The template line, from 1. */
    public int line() {
        return line;
    }
}

package dev.dpo4j.tokenizer.jinja;

/** Bounds a rendering: a template from a stranger's folder must not hold a processor or the heap for long. */
final class Budget {

    private static final int MAX_STEPS = 20_000_000;
    private static final int MAX_CHARACTERS = 64 << 20;
    private static final int MAX_CALL_DEPTH = 64;

    private int steps;
    private int callDepth;

    void step(int line) {
        if (++steps > MAX_STEPS) {
            throw new JinjaException(line, "rendering takes more than " + MAX_STEPS + " steps");
        }
    }

    /** Checks a text's length before it is built; building it costs steps too, so that loops cannot pile up copies. */
    void text(long length, int line) {
        steps += (int) Math.min(length >> 10, MAX_STEPS);
        if (length > MAX_CHARACTERS) {
            throw new JinjaException(line, "a text grows longer than " + MAX_CHARACTERS + " characters");
        }
        step(line);
    }

    void enterCall(int line) {
        if (++callDepth > MAX_CALL_DEPTH) {
            throw new JinjaException(line, "macros call each other deeper than " + MAX_CALL_DEPTH);
        }
    }

    void leaveCall() {
        callDepth--;
    }
}

package dev.dpo4j.dataset;

/** What somebody thinks of an answer that has no other to be compared with. */
public enum Label {
    GOOD,
    BAD;

    /** Whether it is good. */
    public boolean good() {
        return this == GOOD;
    }

    /** Reads {@code true} or {@code "good"}, {@code false} or {@code "bad"}. */
    static Label of(Field field) {
        if (field.node().isBoolean()) {
            return field.node().booleanValue() ? GOOD : BAD;
        }
        return switch (field.node().isString() ? field.text() : "") {
            case "good" -> GOOD;
            case "bad" -> BAD;
            default ->
                throw field.invalid("must be true or \"good\", or false or \"bad\", not "
                        + (field.node().isString() ? '"' + field.text() + '"' : field.kind()));
        };
    }
}

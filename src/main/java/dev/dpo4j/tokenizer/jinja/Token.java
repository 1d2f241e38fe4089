package dev.dpo4j.tokenizer.jinja;

/**
 * A piece of a template.
 *
 * @param text the text, the name, the decoded string literal, the digits or the operator
 * @param line the template line, from 1
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    String described() {
        return switch (kind) {
            case END -> "the end of the template";
            case PRINT_END -> "'}}'";
            case BLOCK_END -> "'%}'";
            default -> "'" + text + "'";
        };
    }
}

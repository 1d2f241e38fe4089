package dev.dpo4j.tokenizer.jinja;

import dev.dpo4j.tokenizer.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Template text to tokens, with {@code trim_blocks} and {@code lstrip_blocks} on, as transformers sets them: the first
 * newline after a block or comment goes, and so does the space before one that begins its line.
 */
final class Lexer {

    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return List.copyOf(lexer.tokens);
    }

    private void run() {
        while (position < source.length()) {
            int begin = nextBegin(position);
            if (begin < 0) {
                data(source.substring(position));
                position = source.length();
                break;
            }
            char kind = source.charAt(begin + 1);
            char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
            boolean signed = sign == '-' || sign == '+';
            data(trimmedBefore(source.substring(position, begin), kind, signed ? sign : ' '));
            advanceTo(begin + (signed ? 3 : 2));
            switch (kind) {
                case '#' -> comment();
                case '{' -> code(Kind.PRINT_BEGIN, Kind.PRINT_END, "}}");
                default -> code(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
            }
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextBegin(int from) {
        for (int i = from; i + 1 < source.length(); i++) {
            if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private String trimmedBefore(String text, char kind, char sign) {
        if (sign == '-') {
            return Text.stripEnd(text);
        }
        if (sign == '+' || kind == '{') {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean beginsItsLine = (lineStart > 0 || lineStarting) && Text.isBlank(text.substring(lineStart));
        return beginsItsLine ? text.substring(0, lineStart) : text;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(Kind.DATA, text, line));
        }
    }

    private void advanceTo(int end) {
        for (; position < end; position++) {
            if (source.charAt(position) == '\n') {
                line++;
            }
        }
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw new JinjaException(line, "the comment is never closed with '#}'");
        }
        char sign = end > position ? source.charAt(end - 1) : ' ';
        advanceTo(end + 2);
        afterEnd(sign, true);
    }

    /** Skips what the closing mark swallows: all white space after a '-', one newline after a block or comment. */
    private void afterEnd(char sign, boolean swallowsNewline) {
        int from = position;
        int end = position;
        if (sign == '-') {
            while (end < source.length() && Text.isSpace(source.charAt(end))) {
                end++;
            }
        } else if (swallowsNewline && sign != '+' && end < source.length() && source.charAt(end) == '\n') {
            end++;
        }
        advanceTo(end);
        lineStarting = end > from && source.charAt(end - 1) == '\n';
    }

    private void code(Kind begin, Kind end, String mark) {
        int openedAt = line;
        tokens.add(new Token(begin, mark, line));
        Deque<Character> brackets = new ArrayDeque<>();
        while (true) {
            while (position < source.length() && Text.isSpace(source.charAt(position))) {
                advanceTo(position + 1);
            }
            if (position >= source.length()) {
                throw new JinjaException(openedAt, "never closed with '" + mark + "'");
            }
            if (brackets.isEmpty() && closes(end, mark)) {
                return;
            }
            char c = source.charAt(position);
            if (c == '\'' || c == '"') {
                string(c);
            } else if (Character.isDigit(c)) {
                number();
            } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
                name();
            } else {
                operator(brackets);
            }
        }
    }

    private boolean closes(Kind end, String mark) {
        char sign = source.charAt(position);
        boolean signed = sign == '-' || (sign == '+' && end == Kind.BLOCK_END);
        if (!source.startsWith(mark, position + (signed ? 1 : 0))) {
            return false;
        }
        tokens.add(new Token(end, mark, line));
        advanceTo(position + mark.length() + (signed ? 1 : 0));
        afterEnd(signed ? sign : ' ', end == Kind.BLOCK_END);
        return true;
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new JinjaException(line, "a string is never closed with " + quote);
        }
        tokens.add(new Token(Kind.STRING, StringLiteral.decode(source.substring(position + 1, end), line), line));
        advanceTo(end + 1);
    }

    private void number() {
        int end = digits(position);
        Kind kind = Kind.INTEGER;
        if (end + 1 < source.length() && source.charAt(end) == '.' && Character.isDigit(source.charAt(end + 1))) {
            kind = Kind.FLOAT;
            end = digits(end + 1);
        }
        if (end < source.length() && Character.isUnicodeIdentifierPart(source.charAt(end))) {
            throw new JinjaException(line, "only plain decimal numbers are supported");
        }
        tokens.add(new Token(kind, source.substring(position, end), line));
        advanceTo(end);
    }

    private int digits(int from) {
        int end = from;
        while (end < source.length() && source.charAt(end) >= '0' && source.charAt(end) <= '9') {
            end++;
        }
        if (end == from) {
            throw new JinjaException(line, "only plain decimal numbers are supported");
        }
        return end;
    }

    private void name() {
        int end = position + 1;
        while (end < source.length() && Character.isUnicodeIdentifierPart(source.charAt(end))) {
            end++;
        }
        tokens.add(new Token(Kind.NAME, source.substring(position, end), line));
        advanceTo(end);
    }

    private void operator(Deque<Character> brackets) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                balance(operator, brackets);
                tokens.add(new Token(Kind.OPERATOR, operator, line));
                advanceTo(position + operator.length());
                return;
            }
        }
        throw new JinjaException(line, "unexpected character '" + source.charAt(position) + "'");
    }

    private void balance(String operator, Deque<Character> brackets) {
        switch (operator) {
            case "(" -> brackets.push(')');
            case "[" -> brackets.push(']');
            case "{" -> brackets.push('}');
            case ")", "]", "}" -> {
                if (brackets.isEmpty() || brackets.pop() != operator.charAt(0)) {
                    throw new JinjaException(line, "unexpected '" + operator + "'");
                }
            }
            default -> {
                // every other operator leaves the nesting as it is
            }
        }
    }
}

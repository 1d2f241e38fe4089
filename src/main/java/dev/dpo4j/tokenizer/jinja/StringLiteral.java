package dev.dpo4j.tokenizer.jinja;

/** The escapes of a Python string literal. */
final class StringLiteral {

    private StringLiteral() {}

    static String decode(String body, int line) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder decoded = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i++);
            if (c != '\\') {
                decoded.append(c);
                continue;
            }
            char escape = body.charAt(i++);
            switch (escape) {
                case 'n' -> decoded.append('\n');
                case 't' -> decoded.append('\t');
                case 'r' -> decoded.append('\r');
                case 'b' -> decoded.append('\b');
                case 'f' -> decoded.append('\f');
                case 'a' -> decoded.append('\u0007');
                case 'v' -> decoded.append('\u000b');
                case '\\', '\'', '"' -> decoded.append(escape);
                case '\n' -> {
                    // a backslash at the end of a line continues it
                }
                case 'x' -> i = codePoint(body, i, 2, decoded, line);
                case 'u' -> i = codePoint(body, i, 4, decoded, line);
                case 'U' -> i = codePoint(body, i, 8, decoded, line);
                case '0', '1', '2', '3', '4', '5', '6', '7', 'N' ->
                    throw new JinjaException(line, "the string escape '\\" + escape + "' is not supported");
                default -> decoded.append('\\').append(escape);
            }
        }
        return decoded.toString();
    }

    private static int codePoint(String body, int from, int digits, StringBuilder decoded, int line) {
        if (from + digits > body.length()) {
            throw new JinjaException(line, "a truncated escape in a string");
        }
        try {
            decoded.appendCodePoint(Integer.parseInt(body, from, from + digits, 16));
        } catch (IllegalArgumentException e) {
            throw new JinjaException(line, "a malformed escape in a string: " + body.substring(from, from + digits));
        }
        return from + digits;
    }
}

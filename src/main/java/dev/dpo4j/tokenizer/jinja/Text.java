package dev.dpo4j.tokenizer.jinja;

import java.util.function.IntPredicate;

/** What Python's {@code str} calls white space, and stripping by it. */
final class Text {

    private Text() {}

    /** As {@code str.isspace()}: Unicode's white space, no-break spaces included. */
    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || codePoint == 0x85;
    }

    static boolean isBlank(String text) {
        return text.codePoints().allMatch(Text::isSpace);
    }

    static String strip(String text) {
        return stripStart(stripEnd(text));
    }

    static String stripStart(String text) {
        return stripStart(text, Text::isSpace);
    }

    static String stripEnd(String text) {
        return stripEnd(text, Text::isSpace);
    }

    static String stripStart(String text, IntPredicate stripped) {
        int start = 0;
        while (start < text.length() && stripped.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String stripEnd(String text, IntPredicate stripped) {
        int end = text.length();
        while (end > 0 && stripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }
}

package dev.dpo4j.tokenizer.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The directives of {@code strftime} that templates use for today's date, in English. */
final class Strftime {

    private Strftime() {}

    static String format(ZonedDateTime time, String format, int line) {
        StringBuilder formatted = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i++);
            if (c != '%') {
                formatted.append(c);
                continue;
            }
            char directive = i < format.length() ? format.charAt(i++) : ' ';
            if (directive == '%') {
                formatted.append('%');
            } else {
                formatted.append(DateTimeFormatter.ofPattern(pattern(directive, line), Locale.ENGLISH)
                        .format(time));
            }
        }
        return formatted.toString();
    }

    private static String pattern(char directive, int line) {
        return switch (directive) {
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'j' -> "DDD";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            default -> throw new JinjaException(line, "'strftime_now' with %" + directive + " is not supported");
        };
    }
}

package dev.dpo4j.llama;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression for modules' paths, as PEFT's options hold them. They come from outside, so RE2 matches them: in time linear in
 * the path, whatever the expression. It has no look-around and no back references. What it would read otherwise than Python does is refused.
 */
public final class ModulePattern {

    private static final int MAX_LENGTH = 4096;

    private final Pattern pattern;

    private ModulePattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * For the whole path, as {@code target_modules} has it.
     *
     * @throws IllegalArgumentException if RE2 does not know the expression, or Python not as RE2 does; the message says why
     */
    public static ModulePattern ofPath(String expression) {
        requireLength(expression);
        requireSize(expression, PythonRegex.size(expression, true));
        return new ModulePattern(compile(expression, expression));
    }

    /**
     * For the whole path or what follows one of its dots, as the keys of {@code rank_pattern} and {@code alpha_pattern} have it; PEFT asks
     * {@code re.match(rf"(.*\.)?({key})$", path)}.
     *
     * @throws IllegalArgumentException if RE2 does not know the expression; the message says why
     */
    public static ModulePattern ofPathEnd(String expression) {
        requireLength(expression);
        compile(expression, expression); // alone, so that no bracket of ours closes one of its own
        return new ModulePattern(compile("(?:.*\\.)?(?:" + expression + ")", expression));
    }

    /**
     * Of an expression for {@link #ofPathEnd} that comes from outside, its characters when its repetitions are written out: to match it takes
     * time in proportion.
     *
     * @throws IllegalArgumentException if there are too many, or Python does not read it as RE2 does; the message says why
     */
    public static long requirePathEnd(String expression) {
        requireLength(expression);
        return requireSize(expression, PythonRegex.size(expression, false));
    }

    /** Whether a module is meant. */
    public boolean matches(String path) {
        return pattern.matches(path);
    }

    private static void requireLength(String expression) {
        if (expression.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a regular expression may have " + MAX_LENGTH + " characters, not " + expression.length());
        }
    }

    private static long requireSize(String expression, long size) {
        if (size > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "\"%s\" is longer than %d characters when its repetitions are written out"
                            .formatted(expression, MAX_LENGTH));
        }
        return size;
    }

    /** @param named the expression as it was given */
    private static Pattern compile(String expression, String named) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no regular expression that RE2 knows: %s".formatted(named, e.getMessage()), e);
        }
    }
}

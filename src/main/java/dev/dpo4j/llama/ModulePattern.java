package dev.dpo4j.llama;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression for modules' paths, as PEFT's options hold them. They come from outside, so RE2 matches them: in time linear in
 * the path, whatever the expression. It has no look-around and no back references.
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
     * @throws IllegalArgumentException if RE2 does not know the expression; the message says why
     */
    public static ModulePattern ofPath(String expression) {
        return new ModulePattern(compile(expression));
    }

    /**
     * For the whole path or what follows one of its dots, as the keys of {@code rank_pattern} and {@code alpha_pattern} have it; PEFT asks
     * {@code re.match(rf"(.*\.)?({key})$", path)}.
     *
     * @throws IllegalArgumentException if RE2 does not know the expression; the message says why
     */
    public static ModulePattern ofPathEnd(String expression) {
        compile(expression); // alone, so that no bracket of ours closes one of its own
        return new ModulePattern(compile("(?:.*\\.)?(?:" + expression + ")"));
    }

    /** Whether a module is meant. */
    public boolean matches(String path) {
        return pattern.matches(path);
    }

    private static Pattern compile(String expression) {
        if (expression.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a regular expression may have " + MAX_LENGTH + " characters, not " + expression.length());
        }
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no regular expression that RE2 knows: %s".formatted(expression, e.getMessage()), e);
        }
    }
}

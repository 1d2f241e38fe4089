package dev.dpo4j.llama;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a regular expression for what RE2 takes and Python's {@code re} takes otherwise or not at all, which nobody would notice; what RE2 does
 * not know it refuses itself. Counts too how long the expression is with its repetitions written out, which is what it costs to match.
 */
final class PythonRegex {

    /** Escapes that are RE2's alone. */
    private static final String ESCAPES = "QEpPzC";

    /** Python has {@code {,3}} mean 0 to 3; to RE2 it is text. */
    private static final Pattern REPETITION = Pattern.compile("\\{(\\d*)(?:(,)(\\d*))?}");

    private static final Pattern FLAGS = Pattern.compile("\\(\\?([A-Za-z-]+)([:)])");

    private final String expression;
    private final boolean flagsMayLead;
    private final Deque<Long> outer = new ArrayDeque<>(); // of the groups that are open, what stood before them
    private long size;
    private long last; // the size of what a repetition would repeat
    private int at;

    private PythonRegex(String expression, boolean flagsMayLead) {
        this.expression = expression;
        this.flagsMayLead = flagsMayLead;
    }

    /**
     * The number of characters of the expression when its repetitions are written out.
     *
     * @param flagsMayLead whether it may begin with flags such as {@code (?i)}, as Python has it
     * @throws IllegalArgumentException if Python would not read it as RE2 does; the message says what
     */
    static long size(String expression, boolean flagsMayLead) {
        return new PythonRegex(expression, flagsMayLead).read();
    }

    private long read() {
        while (at < expression.length()) {
            switch (expression.charAt(at)) {
                case '\\' -> {
                    requireEscape();
                    one(2);
                }
                case '[' -> characterClass();
                case '(' -> open();
                case ')' -> close();
                case '{' -> repetition();
                case '*', '+', '?' -> at++;
                default -> one(1);
            }
        }
        return size;
    }

    private void one(int characters) {
        size++;
        last = 1;
        at += characters;
    }

    private void requireEscape() {
        if (at + 1 < expression.length() && ESCAPES.indexOf(expression.charAt(at + 1)) >= 0) {
            throw refused(expression.substring(at, at + 2), "Python does not know it");
        }
    }

    private void characterClass() {
        at++;
        if (expression.startsWith("^", at)) {
            at++;
        }
        for (int first = at; at < expression.length(); at++) {
            char c = expression.charAt(at);
            if (c == '\\') {
                requireEscape();
                at++;
            } else if (expression.startsWith("[:", at)) {
                throw refused("[:", "in Python it names no class of characters");
            } else if (c == ']' && at > first) {
                break;
            }
        }
        one(1);
    }

    private void open() {
        Matcher flags = FLAGS.matcher(expression).region(at, expression.length());
        if (expression.startsWith("(?<", at)) {
            throw refused("(?<", "Python's groups with a name begin with (?P<");
        } else if (expression.startsWith("(?:", at)) {
            at += 2;
        } else if (flags.lookingAt()) {
            if (flags.group(1).contains("U")) {
                throw refused(flags.group(), "Python has no flag U");
            }
            if (flags.group(2).equals(")")) {
                if (!flagsMayLead || at > 0 || flags.group(1).contains("-")) {
                    throw refused(
                            flags.group(), "flags of a whole expression stand at its beginning, or else as (?i:...)");
                }
                at = flags.end();
                return;
            }
            at = flags.end() - 1;
        } else if (expression.startsWith("(?", at)) {
            at++;
        }
        outer.push(size);
        size = 0;
        last = 0;
        at++;
    }

    private void close() {
        last = size + 1;
        size = last + (outer.isEmpty() ? 0 : outer.pop());
        at++;
    }

    private void repetition() {
        Matcher braces = REPETITION.matcher(expression).region(at, expression.length());
        if (!braces.lookingAt() || braces.group().equals("{}")) {
            one(1);
            return;
        }
        if (braces.group(1).isEmpty()) {
            throw refused(braces.group(), "write {0" + braces.group().substring(1));
        }
        String most = braces.group(3) == null || braces.group(3).isEmpty() ? braces.group(1) : braces.group(3);
        long times = most.length() > 4 ? 10_000 : Long.parseLong(most); // RE2 takes 1000 at most
        long before = size - last;
        last = Math.min(last * Math.max(1, times), Integer.MAX_VALUE);
        size = before + last;
        at = braces.end();
    }

    private IllegalArgumentException refused(String what, String why) {
        return new IllegalArgumentException("\"%s\" has %s: %s".formatted(expression, what, why));
    }
}

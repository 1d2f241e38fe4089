package dev.dpo4j.api;

import dev.dpo4j.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The text of an answer while its tokens come in. Decoded together with the end of the prompt, because many tokenizers drop the space
 * before a text's first word.
 */
final class AnswerText {

    private static final int CONTEXT = 8;

    private final Tokenizer tokenizer;
    private final StopStrings stops;
    private final int contextSize;
    private final String context;
    private int[] tokens;
    private int size;
    private boolean stopped;

    AnswerText(Tokenizer tokenizer, StopStrings stops, int[] prompt) {
        this.tokenizer = tokenizer;
        this.stops = stops;
        this.tokens = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - CONTEXT), prompt.length);
        this.contextSize = tokens.length;
        this.size = contextSize;
        this.context = decode(0, size);
    }

    /** Takes the next token; whether the text may go on: not when a stop string has appeared. */
    boolean add(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size + 1);
        }
        tokens[size++] = token;
        stopped = !stops.isEmpty() && stops.firstIn(decoded()).isPresent();
        return !stopped;
    }

    /** Whether a stop string has ended it. */
    boolean stopped() {
        return stopped;
    }

    /** The text, up to the stop string if there is one; special tokens do not show. */
    String text() {
        String text = decoded();
        OptionalInt end = stops.firstIn(text);
        return end.isPresent() ? text.substring(0, end.getAsInt()) : text;
    }

    private String decoded() {
        String whole = decode(0, size);
        // The prompt may end within a character that the answer completes.
        return whole.startsWith(context) ? whole.substring(context.length()) : decode(contextSize, size);
    }

    /** A model's vocabulary may be padded beyond its tokenizer's: such tokens have no text. */
    private String decode(int from, int to) {
        int[] known = Arrays.stream(tokens, from, to)
                .filter(id -> id < tokenizer.vocabularySize())
                .toArray();
        return tokenizer.decode(known, true);
    }
}

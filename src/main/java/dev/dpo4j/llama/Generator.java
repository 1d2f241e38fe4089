package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Continues texts token by token. Keys and values of all tokens so far are kept, so that each new token is one row of work; every
 * token is a computation of its own, so that others get their turn between two of them.
 */
public final class Generator {

    /** Rows of a prompt that are computed at once. */
    static final int PROMPT_CHUNK = 256;

    private final LlamaModel model;
    private final LlamaConfig config;
    private final Compute compute;
    private final Runnable beforeEach;

    /**
     * For one model, with its adapter if it has one.
     *
     * @param beforeEach runs before every computation, of a token or of a part of the prompt; what it throws ends the text
     */
    public Generator(LlamaModel model, Runnable beforeEach) {
        this.beforeEach = beforeEach;
        this.model = model;
        this.config = model.config();
        this.compute = model.compute();
    }

    /** Bytes of memory that a text of so many tokens, prompt and all, takes while a model makes it. */
    public static long bytes(LlamaModel model, int tokens) {
        return model.bytes(size(tokens), Activations.Keep.KEYS);
    }

    private static PassSize size(int tokens) {
        return new PassSize(tokens, 1, tokens);
    }

    /**
     * Continues a prompt.
     *
     * @param prompt at least one token id, each below V
     * @param goesOn is told every token, the last included, and says whether there should be more
     * @throws IllegalArgumentException if prompt and {@code maxTokens} together exceed the model's positions
     * @throws NonFiniteLogitsException if the model computes nonsense
     */
    public Generation generate(int[] prompt, Sampling sampling, IntPredicate goesOn) {
        int capacity = capacity(prompt, sampling);
        int[] text = Arrays.copyOf(prompt, capacity);
        TokenSampler sampler = new TokenSampler(sampling);
        try (Activations activations = model.activations(size(capacity), Activations.Keep.KEYS)) {
            int computed = 0;
            for (int size = prompt.length; size < capacity; size++) {
                float[] logits = advance(text, computed, size, activations);
                computed = size;
                int token = sampler.next(logits);
                text[size] = token;
                boolean more = goesOn.test(token);
                if (sampling.stopTokenIds().contains(token)) {
                    return generation(text, prompt.length, size + 1, Generation.End.STOP_TOKEN);
                }
                if (!more) {
                    return generation(text, prompt.length, size + 1, Generation.End.STOPPED);
                }
            }
            return generation(text, prompt.length, capacity, Generation.End.LENGTH);
        }
    }

    private int capacity(int[] prompt, Sampling sampling) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("A prompt must have at least one token");
        }
        long capacity = (long) prompt.length + sampling.maxTokens();
        if (capacity > config.maxPositionEmbeddings()) {
            throw new IllegalArgumentException("A prompt of %d tokens and %d more exceed the model's %d positions"
                    .formatted(prompt.length, sampling.maxTokens(), config.maxPositionEmbeddings()));
        }
        return (int) capacity;
    }

    /** Computes rows {@code from} to {@code size} of the text and gives the logits after the last of them. */
    private float[] advance(int[] text, int from, int size, Activations activations) {
        int begin = from;
        while (size - begin > PROMPT_CHUNK) {
            int first = begin;
            beforeEach.run();
            compute.run(() -> forward(text, first, first + PROMPT_CHUNK, activations));
            begin += PROMPT_CHUNK;
        }
        int last = begin;
        beforeEach.run();
        float[] logits = compute.call(() -> {
            forward(text, last, size, activations);
            return model.logits(new int[] {size - 1}, config.vocabSize(), activations)[0];
        });
        requireFinite(logits, size);
        return logits;
    }

    private void forward(int[] text, int from, int to, Activations activations) {
        model.forward(TokenTree.of(Arrays.copyOf(text, to)), from, to, activations);
    }

    private static void requireFinite(float[] logits, int position) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new NonFiniteLogitsException(position);
            }
        }
    }

    private static Generation generation(int[] text, int from, int to, Generation.End end) {
        return new Generation(Arrays.copyOfRange(text, from, to), end);
    }
}

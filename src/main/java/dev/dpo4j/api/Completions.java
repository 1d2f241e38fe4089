package dev.dpo4j.api;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.llama.Generation;
import dev.dpo4j.llama.Generator;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.NonFiniteLogitsException;
import dev.dpo4j.llama.Sampling;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** Continues prompts: what chat and text completions have in common. */
@Component
class Completions {

    /**
     * What a model wrote.
     *
     * @param text without special tokens and stop string; empty where the model has no tokenizer
     * @param tokenIds all that it generated, with the token that ended it
     * @param finishReason {@code stop} or {@code length}
     */
    record Answer(String text, List<Integer> tokenIds, String finishReason) {}

    /**
     * How to choose tokens.
     *
     * @param temperature 0: greedy
     * @param topP nucleus
     * @param seed of the random numbers
     * @param stops where the text ends
     */
    record Options(double temperature, double topP, long seed, StopStrings stops) {

        /** With OpenAI's defaults: temperature and top-p 1, and a seed that nobody knows. */
        static Options of(@Nullable Double temperature, @Nullable Double topP, @Nullable Long seed, StopStrings stops) {
            return new Options(
                    Objects.requireNonNullElse(temperature, 1.0),
                    Objects.requireNonNullElse(topP, 1.0),
                    seed == null ? ThreadLocalRandom.current().nextLong() : seed,
                    stops);
        }
    }

    private final Compute compute;
    private final GenerationProperties limits;
    private final ServiceEnd end;

    Completions(Compute compute, GenerationProperties limits, ServiceEnd end) {
        this.end = end;
        this.compute = compute;
        this.limits = limits;
    }

    /**
     * Refuses what the model cannot take.
     *
     * @param param the field that the prompt came in
     * @throws ApiException if the tokens exceed the model's vocabulary, its positions or a request's memory
     */
    void requireFits(LoadedModel model, int[] prompt, int maxTokens, String param) {
        LlamaConfig config = model.config();
        if (Arrays.stream(prompt).anyMatch(id -> id >= config.vocabSize())) {
            throw ApiException.badRequest(
                    ProblemCode.VOCABULARY_MISMATCH,
                    param,
                    "The text has tokens outside the model's vocabulary of %d: its tokenizer belongs to another model. Repair the model's folder."
                            .formatted(config.vocabSize()));
        }
        long tokens = (long) prompt.length + maxTokens;
        if (tokens > config.maxPositionEmbeddings()) {
            throw ApiException.badRequest(
                    ProblemCode.CONTEXT_LENGTH_EXCEEDED,
                    param,
                    "The prompt has %d tokens and the answer may have %d, but the model has %d positions. Shorten the prompt or lower the number of tokens."
                            .formatted(prompt.length, maxTokens, config.maxPositionEmbeddings()));
        }
        long bytes = Generator.bytes(model.on(compute), (int) tokens);
        if (bytes > limits.memory().toBytes()) {
            throw ApiException.badRequest(
                    ProblemCode.TOO_LARGE,
                    param,
                    "%d tokens need %d MB of memory, more than the %d MB an answer may take (dpo4j.generation.memory). Shorten the prompt or lower the number of tokens."
                            .formatted(
                                    tokens,
                                    DataSize.ofBytes(bytes).toMegabytes(),
                                    limits.memory().toMegabytes()));
        }
    }

    /**
     * Continues one prompt that fits.
     *
     * @param tokenizer the model's, if it has one
     * @throws ApiException if the model computes nonsense, or the service is stopped meanwhile
     */
    Answer answer(LoadedModel model, @Nullable Tokenizer tokenizer, int[] prompt, int maxTokens, Options options) {
        Sampling sampling = new Sampling(
                maxTokens, options.temperature(), options.topP(), options.seed(), endTokens(model, tokenizer));
        AnswerText text = tokenizer == null ? null : new AnswerText(tokenizer, options.stops(), prompt);
        try {
            Generation generation = new Generator(model.on(compute), end::requireNotBegun)
                    .generate(prompt, sampling, token -> text == null || add(text, token, sampling));
            return answer(generation, text);
        } catch (NonFiniteLogitsException e) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.NON_FINITE, "model", String.valueOf(e.getMessage()));
        }
    }

    /** The token that ends a text is no part of it, even where the tokenizer does not think it special. */
    private static boolean add(AnswerText text, int token, Sampling sampling) {
        return sampling.stopTokenIds().contains(token) || text.add(token);
    }

    private static Answer answer(Generation generation, @Nullable AnswerText text) {
        boolean stopString = text != null && text.stopped();
        return new Answer(
                text == null ? "" : text.text(),
                Arrays.stream(generation.tokens()).boxed().toList(),
                generation.end() == Generation.End.LENGTH && !stopString ? "length" : "stop");
    }

    /** Chat models often end a turn with a token of their tokenizer that their configuration does not name. */
    private static Set<Integer> endTokens(LoadedModel model, @Nullable Tokenizer tokenizer) {
        Set<Integer> ends = new HashSet<>(model.config().eosTokenIds());
        Integer ofTokenizer = tokenizer == null ? null : tokenizer.eosTokenId();
        if (ofTokenizer != null) {
            ends.add(ofTokenizer);
        }
        return ends;
    }
}

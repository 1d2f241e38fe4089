package dev.dpo4j.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.dpo4j.tokenizer.TokenizerFiles.ChatTemplateSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Text to token ids and back, exactly as the model's own tokenizer in Python does it: DJL carries the same Rust library.
 * It never truncates and never pads. Safe for use by many threads; holds native memory until closed.
 */
public final class Tokenizer implements AutoCloseable {

    static {
        NativeCache.stayOffline();
    }

    // DJL truncates to 512 tokens unless it is told not to
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");

    private final HuggingFaceTokenizer tokenizer;
    private final Vocabulary vocabulary;
    private final Map<String, String> specialTokens;
    private final Supplier<ChatTemplate> chatTemplate;
    private final Clock clock;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerFiles files, Clock clock) {
        this.tokenizer = tokenizer;
        this.vocabulary = Vocabulary.of(files.tokenizer());
        this.specialTokens = files.specialTokens();
        this.clock = clock;
        this.chatTemplate = parsedOnce(files.chatTemplate());
    }

    /** A template that cannot be parsed is no reason to refuse the model: text and ids work without it. */
    private static Supplier<ChatTemplate> parsedOnce(Optional<ChatTemplateSource> source) {
        if (source.isEmpty()) {
            return () -> {
                throw new TokenizerException(
                        "The model has no chat template: send text or token ids instead of messages");
            };
        }
        try {
            ChatTemplate parsed =
                    ChatTemplate.parse(source.get().text(), source.get().file());
            return () -> parsed;
        } catch (TokenizerException e) {
            return () -> {
                throw new TokenizerException(String.valueOf(e.getMessage()), e);
            };
        }
    }

    /**
     * Loads the tokenizer of a Hugging Face model folder: tokenizer.json and, where they exist, tokenizer_config.json,
     * special_tokens_map.json and chat_template.jinja.
     *
     * @param clock what chat templates that print the date go by
     * @throws TokenizerException naming the file and what is wrong with it
     */
    public static Tokenizer load(Path folder, Clock clock) {
        TokenizerFiles files = TokenizerFiles.read(folder);
        byte[] json = files.tokenizer().toString().getBytes(StandardCharsets.UTF_8);
        try {
            HuggingFaceTokenizer loaded = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
            return new Tokenizer(loaded, files, clock);
        } catch (EngineException e) {
            throw new TokenizerException("The tokenizers' native library cannot be loaded: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new TokenizerException(folder.resolve("tokenizer.json") + ": " + e.getMessage(), e);
        }
    }

    /**
     * Token ids of a text, all of them.
     *
     * @param addSpecialTokens whether to add what the tokenizer puts around a text of its own accord (often a BOS)
     * @throws TokenizerException when the text holds half a surrogate pair, which no encoding can express
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        requireUnicode(text);
        return whileOpen(
                () -> toInts(tokenizer.encode(text, addSpecialTokens, false).getIds()));
    }

    /** The text of token ids. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        for (int id : ids) {
            requireKnown(id);
        }
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        return whileOpen(() -> tokenizer.decode(wide, skipSpecialTokens));
    }

    /** One token's text, for display: half a character shows as U+FFFD, and a leading space is kept. */
    public String tokenText(int id) {
        String text = decode(new int[] {id}, false);
        boolean marksSpace = vocabulary.token(id).orElse("").startsWith("\u2581");
        return marksSpace && !text.startsWith(" ") ? " " + text : text;
    }

    /** The id of the end-of-sequence token. */
    public @Nullable Integer eosTokenId() {
        return tokenId("eos_token");
    }

    /** The end-of-sequence token. */
    public @Nullable String eosToken() {
        return specialTokens.get("eos_token");
    }

    /** The id of the beginning-of-sequence token. */
    public @Nullable Integer bosTokenId() {
        return tokenId("bos_token");
    }

    private @Nullable Integer tokenId(String name) {
        return Optional.ofNullable(specialTokens.get(name))
                .flatMap(vocabulary::id)
                .orElse(null);
    }

    /**
     * Token ids of a conversation: the text that the model's template makes of it, with no special tokens but those the template wrote.
     *
     * @param addGenerationPrompt whether it ends with the opening of the assistant's turn
     * @throws TokenizerException when there is no template, naming its line and what it refuses or needs, and as {@link #encode}
     */
    public int[] encodeChat(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return encodeChat(messages, addGenerationPrompt, clock);
    }

    /**
     * The same as it is at another time: some templates print the date.
     *
     * @param at what such a template goes by
     * @throws TokenizerException likewise
     */
    public int[] encodeChat(List<ChatMessage> messages, boolean addGenerationPrompt, Clock at) {
        return encode(chatTemplate.get().render(messages, addGenerationPrompt, specialTokens, at), false);
    }

    /** One more than the highest token id. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Native code must not run on a tokenizer that another thread is closing. */
    private <T> T whileOpen(Supplier<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void requireKnown(int id) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new IllegalArgumentException("token id " + id + " is outside 0.." + (vocabulary.size() - 1));
        }
    }

    private static void requireUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new TokenizerException(
                        "The text holds half a surrogate pair (U+%04X) at character %d".formatted((int) c, i));
            }
        }
    }

    private static int[] toInts(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }
}

package dev.dpo4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tiny tokenizer is written by src/test/python/tiny_tokenizer.py. */
class TokenizerTest {

    private static final Path TINY = Path.of("src/test/resources/models/tiny-tokenizer");
    private static final int BOS = 0;
    private static final int EOS = 1;

    @TempDir
    Path folder;

    @BeforeAll
    static void unpackNativesUnderTarget() {
        NativeCache.directory(Path.of("target/natives"));
    }

    @Test
    void textGoesToIdsAndBack() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            String text = "The answer is 42: Grüße, 東京 🙂\n\tbye ";
            int[] ids = tokenizer.encode(text, false);
            assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
            assertThat(tokenizer.encode("", false)).isEmpty();
        }
    }

    @Test
    void specialTokensAreAddedOnRequestAndSkippedOnRequest() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThat(tokenizer.encode("answer", true))
                    .startsWith(BOS)
                    .hasSize(tokenizer.encode("answer", false).length + 1);
            assertThat(tokenizer.decode(tokenizer.encode("answer", true), true)).isEqualTo("answer");
            assertThat(tokenizer.decode(tokenizer.encode("answer", true), false))
                    .isEqualTo("<s>answer");
        }
    }

    @Test
    void specialTokensAreKnownAsStringAndAsObject() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThat(tokenizer.bosTokenId()).isEqualTo(BOS);
            assertThat(tokenizer.tokenText(BOS)).isEqualTo("<s>");
            assertThat(tokenizer.eosToken()).isEqualTo("</s>");
            assertThat(tokenizer.eosTokenId()).isEqualTo(EOS);
            assertThat(tokenizer.vocabularySize()).isEqualTo(391);
        }
    }

    @Test
    void longTextIsNeitherTruncatedNorPaddedThoughTheFileAsksForBoth() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThat(tokenizer.encode("z".repeat(3_000), false)).hasSize(3_000);
            assertThat(tokenizer.encode("z", false)).hasSize(1);
        }
    }

    @Test
    void tokenTextShowsWhatOneTokenStandsFor() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            int[] ids = tokenizer.encode("the answer", false);
            StringBuilder shown = new StringBuilder();
            for (int id : ids) {
                shown.append(tokenizer.tokenText(id));
            }
            assertThat(shown).hasToString("the answer");
            assertThat(tokenizer.tokenText(EOS)).isEqualTo("</s>");
            assertThat(tokenizer.tokenText(tokenizer.encode("東", false)[0])).isEqualTo("\ufffd");
        }
    }

    @Test
    void conversationIsRenderedAndTokenisedWithoutFurtherSpecialTokens() {
        List<ChatMessage> messages = List.of(new ChatMessage("user", "Hi"));
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThat(tokenizer.encodeChat(messages, true))
                    .isEqualTo(tokenizer.encode("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", false));
        }
    }

    @Test
    void manyThreadsShareOneTokenizer() throws Exception {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<String>> texts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String text = "answer " + i;
                texts.add(threads.submit(() -> tokenizer.decode(tokenizer.encode(text, false), false)));
            }
            for (int i = 0; i < texts.size(); i++) {
                assertThat(texts.get(i).get()).isEqualTo("answer " + i);
            }
        }
    }

    @Test
    void closedTokenizerIsRefusedRatherThanUsed() {
        Tokenizer tokenizer = FolderTokenizer.load(TINY);
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a", false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void halfASurrogatePairIsRefused() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThatThrownBy(() -> tokenizer.encode("ab\ud83d", false))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessage("The text holds half a surrogate pair (U+D83D) at character 2");
            assertThatThrownBy(() -> tokenizer.encode("\ude42\ud83d", false)).isInstanceOf(TokenizerException.class);
            assertThat(tokenizer.decode(tokenizer.encode("\ud83d\ude42", false), false))
                    .isEqualTo("\ud83d\ude42");
        }
    }

    @Test
    void idOutsideTheVocabularyIsRefused() {
        try (Tokenizer tokenizer = FolderTokenizer.load(TINY)) {
            assertThatThrownBy(() -> tokenizer.decode(new int[] {391}, false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id 391 is outside 0..390");
            assertThatThrownBy(() -> tokenizer.tokenText(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void folderWithoutTokenizerNamesTheMissingFile() {
        assertThatThrownBy(() -> FolderTokenizer.load(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(folder.resolve("tokenizer.json") + " does not exist");
    }

    @Test
    void brokenFilesAreRefusedByName() throws IOException {
        Path tokenizer = folder.resolve("tokenizer.json");
        for (String broken : List.of(
                "{", "[]", "{}", "{\"model\":{\"type\":\"BPE\"}}", "{\"model\":{\"vocab\":{\"a\":\"b\"}}}", "")) {
            Files.writeString(tokenizer, broken);
            assertThatThrownBy(() -> FolderTokenizer.load(folder))
                    .as(broken)
                    .isInstanceOf(TokenizerException.class)
                    .hasMessageContaining("tokenizer.json");
        }
        Files.write(tokenizer, new byte[] {'"', (byte) 0xff, '"'});
        assertThatThrownBy(() -> FolderTokenizer.load(folder)).hasMessage(tokenizer + " is not UTF-8");
        Files.copy(TINY.resolve("tokenizer.json"), tokenizer, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": 7}");
        assertThatThrownBy(() -> FolderTokenizer.load(folder))
                .hasMessageContaining("tokenizer_config.json: eos_token must be a string");
    }

    @Test
    void templateOfTheConfigurationIsUsedWhereThereIsNoFile() throws IOException {
        copyTokenizer();
        config("{\"chat_template\": \"{{ messages[0].content }}!\"}");
        assertThat(rendered()).isEqualTo("Hi!");
        config("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"no\"},"
                + " {\"name\": \"default\", \"template\": \"{{ messages[0].content }}?\"}]}");
        assertThat(rendered()).isEqualTo("Hi?");
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}.");
        assertThat(rendered()).isEqualTo("Hi.");
    }

    @Test
    void modelWithoutOrWithAnUnusableTemplateStillTokenisesText() throws IOException {
        copyTokenizer();
        try (Tokenizer tokenizer = FolderTokenizer.load(folder)) {
            assertThat(tokenizer.eosToken()).isNull();
            assertThat(tokenizer.eosTokenId()).isNull();
            assertThat(tokenizer.encode("z", false)).hasSize(1);
            assertThatThrownBy(() -> tokenizer.encodeChat(List.of(new ChatMessage("user", "Hi")), true))
                    .hasMessageContaining("no chat template");
        }
        Files.writeString(folder.resolve("chat_template.jinja"), "\n{% include 'x' %}");
        try (Tokenizer tokenizer = FolderTokenizer.load(folder)) {
            assertThat(tokenizer.encode("z", false)).hasSize(1);
            assertThatThrownBy(() -> tokenizer.encodeChat(List.of(new ChatMessage("user", "Hi")), true))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessageContaining("chat_template.jinja, line 2: the tag 'include' is not supported");
        }
    }

    private String rendered() {
        try (Tokenizer tokenizer = FolderTokenizer.load(folder)) {
            return tokenizer.decode(tokenizer.encodeChat(List.of(new ChatMessage("user", "Hi")), false), false);
        }
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), json, StandardCharsets.UTF_8);
    }

    private void copyTokenizer() throws IOException {
        Files.copy(TINY.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    }
}

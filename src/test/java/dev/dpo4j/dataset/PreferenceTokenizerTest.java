package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.Golden;
import dev.dpo4j.tokenizer.FolderTokenizer;
import dev.dpo4j.tokenizer.NativeCache;
import dev.dpo4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PreferenceTokenizerTest {

    private static final Path TINY = Path.of("src/test/resources/models/tiny-tokenizer");
    private static final int EOS = 1;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before every test
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        NativeCache.directory(Path.of("target/natives"));
        tokenizer = FolderTokenizer.load(TINY);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void tokenIdsAreTakenAsTheyAre() {
        TokenizedPreference tokenized = new PreferenceTokenizer(null, 10)
                .tokenize(3, parse("{\"prompt\":[1,2],\"chosen\":[9],\"rejected\":[[4,5],[0]]}"));
        assertThat(tokenized.row()).isEqualTo(3);
        assertThat(tokenized.prompt()).containsExactly(1, 2);
        assertThat(tokenized.chosen()).containsExactly(9);
        assertThat(tokenized.rejected().get(0)).containsExactly(4, 5);
        assertThat(tokenized.rejected().get(1)).containsExactly(0);
    }

    @Test
    void allAnswersShareThePromptThatTheShortestBoundaryLeaves() {
        // "answer" is one token, so for every answer the prompt ends before "ans"
        TokenizedPreference tokenized =
                tiny("{\"prompt\":\"The ans\",\"chosen\":\" is\",\"rejected\":[\" the\",\"wer\"]}");
        String prompt = tokenizer.decode(tokenized.prompt(), false);
        assertThat(prompt).isEqualTo("<s>The");
        assertThat(tokenizer.decode(tokenized.chosen(), false)).isEqualTo(" ans is</s>");
        assertThat(tokenizer.decode(tokenized.rejected().get(0), false)).isEqualTo(" ans the</s>");
        assertThat(tokenizer.decode(tokenized.rejected().get(1), false)).isEqualTo(" answer</s>");
    }

    /** What {@code kto.py} saw TRL's KTOTrainer make of them. */
    @Test
    void labelledTextComesToTrlsTokens() throws IOException {
        JsonNode rows = Golden.read("kto.json").at("/training/rows");
        assertThat(rows).isNotEmpty();
        for (JsonNode row : rows) {
            ObjectNode text = ((ObjectNode) row.deepCopy()).retain("prompt", "completion", "label");
            TokenizedPreference tokenized = new PreferenceTokenizer(tokenizer, 512)
                    .tokenize(1, PreferenceParser.parse(text, "", UnknownFields.REFUSED));
            assertThat(tokenized.prompt()).containsExactly(ids(row.get("prompt_ids")));
            assertThat(tokenized.chosen()).containsExactly(ids(row.get("completion_ids")));
            assertThat(tokenized.label()).isEqualTo(row.get("label").asBoolean() ? Label.GOOD : Label.BAD);
        }
    }

    private static int[] ids(JsonNode ids) {
        return ids.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    @Test
    void textAnswerEndsWithExactlyOneEos() {
        TokenizedPreference tokenized =
                tiny("{\"prompt\":\"answer\",\"chosen\":\" a\",\"rejected\":[\" a</s>\",\" b\"]}");
        assertThat(tokenized.chosen()).endsWith(EOS);
        assertThat(tokenized.rejected().get(0)).isEqualTo(tokenized.chosen());
        assertThat(tokenized.rejected().get(1)).endsWith(EOS).containsOnlyOnce(EOS);
    }

    @Test
    void emptyPromptOfTextBecomesTheBos() {
        assertThat(tiny("{\"prompt\":\"\",\"chosen\":\"a\",\"rejected\":\"b\"}").prompt())
                .containsExactly(0);
    }

    @Test
    void rowOfThreeThousandTokensKeepsThemAll() {
        String answer = "z".repeat(3_000);
        TokenizedPreference tokenized =
                tiny("{\"prompt\":\"answer\",\"chosen\":\" a\",\"rejected\":\" " + answer + "\"}");
        assertThat(tokenized.rejected().getFirst()).hasSize(3_002);
    }

    @Test
    void idOutsideTheVocabularyIsRefusedWithItsPlace() {
        assertRefused(
                new PreferenceTokenizer(null, 9),
                "{\"prompt\":[1,2],\"chosen\":[8],\"rejected\":[[4,9],[0]]}",
                "/rejected/0/1",
                "token id 9 is outside the model's vocabulary of 9");
        assertRefused(
                new PreferenceTokenizer(null, 2),
                "{\"prompt\":[1,2],\"chosen\":[1],\"rejected\":[1]}",
                "/prompt/1",
                "token id 2 is outside the model's vocabulary of 2");
    }

    @Test
    void emptyPromptOfIdsIsRefused() {
        assertRefused(
                new PreferenceTokenizer(null, 9),
                "{\"prompt\":[],\"chosen\":[8],\"rejected\":[1]}",
                "/prompt",
                "is empty: the first token of a sequence has no log-probability, so begin with one");
    }

    @Test
    void textForAModelWithoutTokenizerIsRefused() {
        assertRefused(
                new PreferenceTokenizer(null, 9),
                "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}",
                "/prompt",
                "the model has no tokenizer: give lists of token ids instead of text");
    }

    @Test
    void tokenizerLargerThanTheModelIsRefused() {
        assertRefused(
                new PreferenceTokenizer(tokenizer, 1),
                "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}",
                "/prompt",
                "is outside the model's vocabulary of 1: tokenizer and model do not belong together");
    }

    @Test
    void halfASurrogatePairIsRefusedWithItsPlace() {
        assertRefused(
                new PreferenceTokenizer(tokenizer, 391),
                "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":[\"B\",\"\\ud83d\"]}",
                "/rejected/1",
                "The text holds half a surrogate pair");
    }

    @Test
    void conversationThatTheTemplateCannotTakeIsRefused() throws IOException {
        Files.copy(TINY.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        String row = "{\"prompt\":[{\"role\":\"user\",\"content\":\"Q\"}],\"chosen\":\"A\",\"rejected\":\"B\"}";
        try (Tokenizer plain = FolderTokenizer.load(folder)) {
            assertRefused(new PreferenceTokenizer(plain, 391), row, "/prompt", "The model has no chat template");
            assertRefused(
                    new PreferenceTokenizer(plain, 391),
                    "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}",
                    "/prompt",
                    "the model's tokenizer names no eos_token");
        }
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                "{% for m in messages %}{% if m.role == 'assistant' %}{{ raise_exception('no assistants') }}{% endif %}"
                        + "{{ m.content }}{% endfor %}");
        try (Tokenizer picky = FolderTokenizer.load(folder)) {
            assertRefused(
                    new PreferenceTokenizer(picky, 391),
                    row,
                    "/chosen",
                    "line 1: the template refuses the conversation: no assistants");
        }
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}");
        try (Tokenizer forgetful = FolderTokenizer.load(folder)) {
            assertRefused(
                    new PreferenceTokenizer(forgetful, 391),
                    row,
                    "/chosen",
                    "leaves no token for the answer once tokenised");
        }
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                "{% if add_generation_prompt %}x{% else %}{{ messages[1].content }}{% endif %}");
        try (Tokenizer other = FolderTokenizer.load(folder)) {
            assertRefused(
                    new PreferenceTokenizer(other, 391),
                    row,
                    "/prompt",
                    "the prompt comes to no token, and there is no BOS token to begin with");
        }
    }

    private static TokenizedPreference tiny(String row) {
        return new PreferenceTokenizer(tokenizer, tokenizer.vocabularySize()).tokenize(1, parse(row));
    }

    private static PreferenceExample parse(String row) {
        return PreferenceParser.parse(JsonMapper.shared().readTree(row), "", UnknownFields.IGNORED);
    }

    private static void assertRefused(PreferenceTokenizer preferences, String row, String pointer, String reason) {
        assertThatThrownBy(() -> preferences.tokenize(1, parse(row)))
                .isInstanceOfSatisfying(InvalidRowException.class, problem -> {
                    assertThat(problem.pointer()).isEqualTo(pointer);
                    assertThat(problem.reason()).contains(reason);
                });
    }
}

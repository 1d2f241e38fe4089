package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.Golden;
import dev.dpo4j.tokenizer.FolderTokenizer;
import dev.dpo4j.tokenizer.NativeCache;
import dev.dpo4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Token ids as TRL makes them: see src/test/python/trl_tokenisation.py. */
class TrlTokenisationTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path TINY = Path.of("src/test/resources/models/tiny-tokenizer");

    @BeforeAll
    static void unpackNativesUnderTarget() {
        NativeCache.directory(Path.of("target/natives"));
    }

    @Test
    void tinyTokenizerGivesTrlsIds() throws IOException {
        assertRowsMatch("trl-tokenisation-tiny.json", TINY);
    }

    @Test
    @Tag("real")
    void smolLm2GivesTrlsIds() throws IOException {
        assertRowsMatch("trl-tokenisation-smollm2.json", smolLm2());
    }

    @Test
    @Tag("real")
    void twelveRealPairsGiveTrlsIds() throws IOException {
        Path shared = Path.of(System.getProperty("dpo4j.test.shared", "../shared"));
        JsonNode golden = JSON.readTree(Files.readString(shared.resolve("goldens/trajectory-open.json")));
        JsonNode data = JSON.readTree(Files.readString(shared.resolve("data/dpo_en_demo.json")));
        assertThat(golden.path("rows").size()).isEqualTo(12);
        try (Tokenizer tokenizer = FolderTokenizer.load(smolLm2())) {
            PreferenceTokenizer preferences = new PreferenceTokenizer(tokenizer, 49152);
            for (int i = 0; i < golden.path("rows").size(); i++) {
                JsonNode row = data.get(golden.path("rows").get(i).intValue());
                assertMatches(preferences, row, golden.path("tokenised").get(i), tokenizer, "row " + i);
            }
        }
    }

    @Test
    @Tag("real")
    void wholeFileOfRealPairsIsGood() throws IOException {
        Path shared = Path.of(System.getProperty("dpo4j.test.shared", "../shared"));
        try (InputStream file = Files.newInputStream(shared.resolve("data/dpo_en_demo.json"))) {
            PreferenceFileReport report = PreferenceFile.validate(file);
            assertThat(report.statusDetails()).isEmpty();
            assertThat(report.chatRows()).isEqualTo(300);
        }
    }

    @Test
    @Tag("real")
    void smolLm2DoesNotTruncate() {
        try (Tokenizer tokenizer = FolderTokenizer.load(smolLm2())) {
            assertThat(tokenizer.encode(" word".repeat(3_000), true)).hasSize(3_000);
        }
    }

    private static Path smolLm2() {
        return Path.of(Optional.ofNullable(System.getProperty("dpo4j.test.smollm2"))
                .orElseThrow(() -> new IllegalStateException("set -Ddpo4j.test.smollm2 to SmolLM2's model folder")));
    }

    private static void assertRowsMatch(String golden, Path model) throws IOException {
        try (Tokenizer tokenizer = FolderTokenizer.load(model)) {
            JsonNode rows = Golden.read(golden).path("rows");
            assertThat(rows.size()).isEqualTo(15);
            PreferenceTokenizer preferences = new PreferenceTokenizer(tokenizer, tokenizer.vocabularySize());
            for (JsonNode row : rows) {
                assertMatches(
                        preferences,
                        row.path("row"),
                        row,
                        tokenizer,
                        row.path("name").asString());
            }
        }
    }

    /** Where TRL is left without a prompt we begin with the BOS: the one difference, named in PreferenceTokenizer. */
    private static void assertMatches(
            PreferenceTokenizer preferences, JsonNode row, JsonNode ids, Tokenizer tokenizer, String name) {
        int[] prompt = ids.path("prompt_ids").isEmpty()
                ? new int[] {Objects.requireNonNull(tokenizer.bosTokenId())}
                : ints(ids.path("prompt_ids"));
        PreferenceExample example = PreferenceParser.parse(row, "", UnknownFields.REFUSED);
        TokenizedPreference tokenized = preferences.tokenize(1, example);
        assertThat(tokenized.prompt()).as("%s: prompt", name).isEqualTo(prompt);
        assertThat(tokenized.chosen()).as("%s: chosen", name).isEqualTo(ints(ids.path("chosen_ids")));
        assertThat(tokenized.rejected()).hasSize(1);
        assertThat(tokenized.rejected().getFirst()).as("%s: rejected", name).isEqualTo(ints(ids.path("rejected_ids")));
    }

    private static int[] ints(JsonNode ids) {
        int[] values = new int[ids.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ids.get(i).intValue();
        }
        return values;
    }
}

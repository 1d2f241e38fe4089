package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.TrainingData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServiceTest
class DatasetsApiTest {

    private static final String ROW = "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}";

    @LocalServerPort
    int port;

    @Autowired
    PreferenceSource source;

    Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ROW,
                "[" + ROW + "]",
                "{\"preferences\":[" + ROW + "]}",
                "{\"prompt\":[1],\"chosen\":[2],\"rejected\":[[3],[4]]}",
                "{\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]},\"preferred_output\":[{\"role\":\"assistant\","
                        + "\"content\":\"a\"}],\"non_preferred_output\":[{\"role\":\"assistant\",\"content\":\"b\"}]}"
            })
    void preferencesOfAnyShapeAreAppended(String body) {
        Http.Answer answer = http.postJson("/v1/datasets/shapes/preferences", body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(201);
        assertThat(answer.json().at("/added").asInt()).isEqualTo(1);
    }

    @Test
    void aPreferenceMayHaveAsManyCharactersAsAColumn() {
        int most = 1 << 20;
        String longest = ROW.replace("\"a\"", "\"" + "a".repeat(most - ROW.length() + 1) + "\"");
        assertThat(longest).hasSize(most);
        assertThat(http.postJson("/v1/datasets/long/preferences", longest).status())
                .isEqualTo(201);

        String longer = longest.replace("\"b\"", "\"bb\"");
        Http.Answer refused = http.postJson("/v1/datasets/long/preferences", "[" + ROW + "," + longer + "]");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/error/code").asString()).isEqualTo("invalid_preference");
        assertThat(refused.json().at("/error/message").asString())
                .contains("/1", "1048577 characters", "a dataset takes 1048576");
        assertThat(http.get("/v1/datasets/long").json().at("/rows").asInt()).isEqualTo(1);
    }

    @Test
    void aDatasetIsListedShownAndPaged() {
        http.postJson("/v1/datasets/paged/preferences", "[" + ROW + "," + ROW + "," + ROW + "]");
        JsonNode dataset = http.get("/v1/datasets/paged").json();
        assertThat(dataset.at("/object").asString()).isEqualTo("dataset");
        assertThat(dataset.at("/rows").asInt()).isEqualTo(3);
        assertThat(http.get("/v1/datasets").json().at("/data").values())
                .extracting(item -> item.at("/id").asString())
                .contains("paged");
        JsonNode first = http.get("/v1/datasets/paged/preferences?limit=2").json();
        assertThat(first.at("/has_more").asBoolean()).isTrue();
        assertThat(first.at("/data/0/preference/prompt").asString()).isEqualTo("a");
        JsonNode rest = http.get("/v1/datasets/paged/preferences?after="
                        + first.at("/data/1/id").asString())
                .json();
        assertThat(rest.at("/data").size()).isEqualTo(1);
        assertThat(rest.at("/has_more").asBoolean()).isFalse();
        JsonNode newest =
                http.get("/v1/datasets/paged/preferences?order=desc&limit=1").json();
        assertThat(newest.at("/data/0/id").asString()).isEqualTo("3");
    }

    @Test
    void aRecordSentTwiceIsStoredOnce() {
        String row = "{\"id\":\"task-1\",\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}";
        String reordered = "{\"rejected\":\"c\", \"chosen\":\"b\", \"prompt\":\"a\", \"id\":\"task-1\"}";
        assertThat(http.postJson("/v1/datasets/records/preferences", row).status())
                .isEqualTo(201);
        Http.Answer again = http.postJson("/v1/datasets/records/preferences", reordered);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().at("/added").asInt()).isZero();
        assertThat(again.json().at("/ids/0").asString()).isEqualTo("1");
        Http.Answer other = http.postJson("/v1/datasets/records/preferences", row.replace("\"b\"", "\"x\""));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.header("x-should-retry")).isEqualTo("false");
        assertThat(other.json().at("/detail").asString()).contains("task-1");
        assertThat(http.get("/v1/datasets/records").json().at("/rows").asInt()).isEqualTo(1);
    }

    @Test
    void aRequestWithTheSameKeyIsDoneOnce() {
        Http.Answer first = http.postJson("/v1/datasets/keys/preferences", ROW, "Idempotency-Key", "k1");
        Http.Answer second = http.postJson("/v1/datasets/keys/preferences", ROW, "Idempotency-Key", "\"k1\"");
        assertThat(second.status()).isEqualTo(first.status()).isEqualTo(201);
        assertThat(second.response().body()).isEqualTo(first.response().body());
        assertThat(first.header("Idempotent-Replayed")).isEmpty();
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        Http.Answer reused =
                http.postJson("/v1/datasets/keys/preferences", ROW.replace("\"a\"", "\"z\""), "Idempotency-Key", "k1");
        assertThat(reused.status()).isEqualTo(422);
        assertThat(http.get("/v1/datasets/keys").json().at("/rows").asInt()).isEqualTo(1);
    }

    @Test
    void oneBadPreferenceAmongGoodOnesStoresNone() {
        Http.Answer answer =
                http.postJson("/v1/datasets/none/preferences", "[" + ROW + ",{\"prompt\":\"a\",\"chosen\":\"b\"}]");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).startsWith("/1");
        assertThat(http.get("/v1/datasets/none").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            []                                                          | invalid_value
            {"preferences":[]}                                          | invalid_value
            {"preferences":{}}                                          | invalid_value
            {"preferences":[],"more":1}                                 | invalid_value
            {}                                                          | invalid_preference
            5                                                           | invalid_preference
            {"prompt":"a","chosen":"b","rejected":[]}                   | invalid_preference
            {"prompt":"a","chosen":"b","rejected":"c","note":"x"}       | invalid_preference
            {"prompt":[1],"chosen":[2.5],"rejected":[3]}                | invalid_preference
            {"prompt":"a","prompt":"b","chosen":"b","rejected":"c"}     | invalid_json
            {"prompt":"a"                                               | invalid_json
            """)
    void badPreferencesAreRefused(String body, String code) {
        Http.Answer answer = http.postJson("/v1/datasets/refused/preferences", body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo(code);
        assertThat(http.get("/v1/datasets/refused").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file-1", ".hidden", "a%20b", "a%2Fb", "%C3%A4"})
    void aBadNameIsRefused(String name) {
        assertThat(http.postJson("/v1/datasets/" + name + "/preferences", ROW).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/datasets/unknown,404",
        "/v1/datasets/unknown/preferences,404",
        "/v1/datasets?after=unknown,404",
        "/v1/datasets?limit=0,400",
        "/v1/datasets/unknown/preferences?after=x,400",
        "/v1/datasets/unknown/preferences?order=up,400"
    })
    void aBadQueryIsRefused(String path, int status) {
        assertThat(http.get(path).status()).isEqualTo(status);
    }

    @Test
    void twentyAtOnceAllGetANumberOfTheirOwn() throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = IntStream.range(0, 20)
                    .mapToObj(i -> pool.submit(() ->
                            http.postJson("/v1/datasets/crowd/preferences", ROW).status()))
                    .toList();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(201);
            }
        }
        assertThat(http.get("/v1/datasets/crowd/preferences").json().at("/data").values())
                .extracting(item -> item.at("/id").asInt(0))
                .hasSize(20)
                .doesNotHaveDuplicates();
    }

    @Test
    void aJobReadsWhatTheDatasetHeldWhenItWasResolved() throws IOException {
        http.postJson("/v1/datasets/pinned/preferences", "[" + ROW + "," + ROW + "]");
        TrainingData data = source.resolve("pinned");
        http.postJson("/v1/datasets/pinned/preferences", ROW);
        List<Integer> rows = new ArrayList<>();
        source.read(data, (row, line, example) -> rows.add(row));
        assertThat(rows).containsExactly(1, 2);
        assertThat(data.rows()).isEqualTo(2);
        assertThat(source.resolve("pinned").sha256()).isNotEqualTo(data.sha256());
    }
}

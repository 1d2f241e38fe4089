package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

@ServiceTest
@Import(ProblemsTest.Probe.class)
class ProblemsTest {

    @LocalServerPort
    int port;

    Http http;

    @RestController
    static class Probe {

        record Inner(
                @Nullable Double learningRate,
                @Size(min = 1, max = 3) @Nullable List<Integer> tokenIds) {}

        enum Kind {
            LINEAR,
            COSINE
        }

        record Body(
                @Nullable String name,
                @Positive @Nullable Integer batchSize,
                @Nullable Boolean flag,
                @Nullable Kind kind,
                @Valid @Nullable Inner inner) {}

        @PostMapping("/probe")
        Body echo(@Valid @RequestBody Body body) {
            return body;
        }

        @GetMapping("/probe/things/{name}")
        String thing(@PathVariable String name, @RequestParam(required = false) @Nullable Integer limit) {
            return name;
        }

        @GetMapping("/probe/broken")
        String broken() {
            throw new IllegalStateException("a secret of the inside");
        }
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"nam":"x"}                          | unknown_field | /nam                  | Known fields: batch_size
            {"inner":{"learningRate":1}}         | unknown_field | /inner/learningRate   | unknown field
            {"name":1}                           | invalid_type  | /name                 | a string
            {"name":true}                        | invalid_type  | /name                 | a string
            {"batch_size":"3"}                   | invalid_type  | /batch_size           | an integer
            {"batch_size":3.7}                   | invalid_type  | /batch_size           | an integer
            {"batch_size":99999999999}           | invalid_json  | /batch_size           | out of range
            {"flag":"true"}                      | invalid_type  | /flag                 | true or false
            {"flag":1}                           | invalid_type  | /flag                 | true or false
            {"kind":"STEP"}                      | invalid_type  | /kind                 | LINEAR, COSINE
            {"kind":0}                           | invalid_type  | /kind                 | LINEAR, COSINE
            {"inner":{"learning_rate":1e999}}    | invalid_type  | /inner/learning_rate  | a finite number
            {"inner":{"learning_rate":"1"}}      | invalid_type  | /inner/learning_rate  | a finite number
            {"inner":{"learning_rate":NaN}}      | invalid_json  | /inner                | not valid JSON
            {"inner":{"token_ids":[1,"2"]}}      | invalid_type  | /inner/token_ids/1    | an integer
            {"inner":{"token_ids":{}}}           | invalid_type  | /inner/token_ids      | a list
            {"inner":[]}                         | invalid_type  | /inner                | an object
            {"batch_size":0}                     | invalid_value | /batch_size           | must be greater than 0
            {"inner":{"token_ids":[]}}           | invalid_value | /inner/token_ids      | size must be between 1 and 3
            {"name":"a","name":"b"}              | invalid_json  | §§                    | Duplicate
            {"name":"a"} x                       | invalid_json  | §§                    | not valid JSON
            {"name":                             | invalid_json  | §§                    | not valid JSON
            []                                   | invalid_type  | §§                    | an object
            null                                 | invalid_json  | §§                    | there is none
            §§                                   | invalid_json  | §§                    | there is none
            """)
    void everyBadBodyIsRefusedWithItsPlaceAndReason(String body, String code, @Nullable String pointer, String reason) {
        Http.Answer answer = http.postJson("/probe", body == null ? "" : body);
        JsonNode problem = problem(answer, 400, code);
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo(pointer == null ? "" : pointer);
        assertThat(problem.at("/errors/0/detail").asString()).contains(reason);
        assertThat(problem.at("/error/param").asString(""))
                .isEqualTo(
                        pointer == null || pointer.isEmpty()
                                ? ""
                                : pointer.substring(1).replace('/', '.'));
    }

    @Test
    void messagesAreEnglishWhateverTheCallersLanguage() {
        Http.Answer answer = http.postJson("/probe", "{\"batch_size\":0}", "Accept-Language", "de");
        assertThat(problem(answer, 400, "invalid_value").at("/detail").asString())
                .isEqualTo("batch_size must be greater than 0");
    }

    @Test
    void namesAreInSnakeCaseBothWays() {
        Http.Answer answer = http.postJson("/probe", "{\"batch_size\":3,\"inner\":{\"token_ids\":[1]}}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/inner/token_ids/0").asInt()).isEqualTo(1);
    }

    @Test
    void deepNestingIsRefused() {
        problem(http.postJson("/probe", "[".repeat(100_000)), 400, "invalid_type");
        problem(http.postJson("/probe", "{\"x\":" + "[".repeat(100_000)), 400, "invalid_json");
    }

    @Test
    void aBodyOverTheLimitIsRefusedWhetherItsLengthIsAnnouncedOrNot() {
        byte[] large = ("{\"name\":\"" + "x".repeat(15_000_000) + "\",\"a\":\"" + "y".repeat(19_000_000) + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        problem(
                http.send("POST", "/probe", BodyPublishers.ofByteArray(large), "Content-Type", "application/json"),
                413,
                "request_too_large");
        problem(
                http.send(
                        "POST",
                        "/probe",
                        BodyPublishers.ofInputStream(() -> new java.io.SequenceInputStream(
                                new java.io.ByteArrayInputStream(
                                        " ".repeat(33 << 20).getBytes(StandardCharsets.UTF_8)),
                                new java.io.ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8)))),
                        "Content-Type",
                        "application/json"),
                413,
                "request_too_large");
    }

    @Test
    void anUnknownPathIsAProblem() {
        problem(http.get("/v1/nothing"), 404, "not_found");
        problem(http.get("/error"), 404, "invalid_request");
    }

    @Test
    void aWrongMethodIsToldTheRightOnes() {
        Http.Answer answer = http.get("/probe");
        problem(answer, 405, "method_not_allowed");
        assertThat(answer.header("Allow")).isEqualTo("POST");
    }

    @Test
    void aWrongContentTypeIsAProblem() {
        problem(
                http.send("POST", "/probe", BodyPublishers.ofString("{}"), "Content-Type", "text/plain"),
                415,
                "unsupported_media_type");
        problem(http.postJson("/probe", "{}", "Content-Encoding", "gzip"), 415, "unsupported_media_type");
    }

    @Test
    void anAcceptHeaderWeCannotSatisfyIsAProblemInJsonAllTheSame() {
        problem(http.postJson("/probe", "{}", "Accept", "text/csv"), 406, "not_acceptable");
    }

    @Test
    void aMultipartBodyWithoutBoundaryIsAProblem() {
        problem(
                http.send("POST", "/v1/files", BodyPublishers.ofString("x"), "Content-Type", "multipart/form-data"),
                400,
                "invalid_multipart");
    }

    @Test
    void aParameterOfTheWrongTypeIsNamed() {
        JsonNode problem = problem(http.get("/probe/things/a?limit=x"), 400, "invalid_type");
        assertThat(problem.at("/error/param").asString()).isEqualTo("limit");
    }

    @Test
    void slashesInNamesAndBracketsInQueriesPassTheContainer() throws IOException {
        assertThat(http.get("/probe/things/Qwen%2FQwen2.5").response().body()).isEqualTo("Qwen/Qwen2.5");
        assertThat(http.raw(
                        "GET /probe/things/a?metadata[k]=v HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void failuresInsideAreNotShownOutside() {
        Http.Answer answer = http.get("/probe/broken");
        problem(answer, 500, "internal_error");
        assertThat(answer.response().body()).doesNotContain("secret").doesNotContain("IllegalState");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /a%2 HTTP/1.1     | Host: localhost
            GET /a\\b HTTP/1.1    | Host: localhost
            GET /<script> HTTP/1.1| Host: localhost
            GET / HTTP/1.1        | Host: a b
            """)
    void whatTheContainerRefusesIsAProblemOrAnEmptyAnswerButNeverHtml(String line, String host) throws IOException {
        String answer = http.raw(line + "\r\n" + host + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("<html").contains("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({"Host: evil.example,''", "Host: localhost,Origin: https://evil.example", "Host: localhost,Origin: null"
    })
    void anotherSitesPageCannotUseAnOpenService(String host, String origin) throws IOException {
        String answer = http.raw("GET /probe/things/a HTTP/1.1\r\n" + host + "\r\n"
                + (origin.isEmpty() ? "" : origin + "\r\n") + "Connection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 403").contains("host_not_allowed");
    }

    @Test
    void theSwaggerPageOfTheSameMachineCan() throws IOException {
        assertThat(http.raw("GET /probe/things/a HTTP/1.1\r\nHost: localhost:" + port + "\r\nOrigin: http://localhost:"
                        + port + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private static JsonNode problem(Http.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("x-request-id")).startsWith("req_");
        JsonNode problem = answer.json();
        assertThat(problem.at("/status").asInt()).isEqualTo(status);
        assertThat(problem.at("/detail").asString()).isNotBlank();
        assertThat(problem.at("/error/message").asString())
                .isEqualTo(problem.at("/detail").asString());
        assertThat(problem.at("/error/code").asString()).isEqualTo(code);
        assertThat(problem.at("/error").has("param")).isTrue();
        return problem;
    }
}

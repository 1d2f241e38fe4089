package dev.dpo4j.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.BlobDamage;
import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@ServiceTest
class FilesApiTest {

    private static final String ROW = "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}";

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Environment environment;

    Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void aFileIsStoredShownDownloadedAndDeletedAsOpenAiDoes() {
        byte[] content = (ROW + "\n" + ROW + "\n").getBytes(UTF_8);
        Http.Answer uploaded = http.upload("/v1/files", "fine-tune", "dir/pairs.jsonl", content);
        assertThat(uploaded.status()).as(uploaded.response().body()).isEqualTo(200);
        JsonNode file = uploaded.json();
        String id = file.at("/id").asString();
        assertThat(id).startsWith("file-");
        assertThat(file.at("/object").asString()).isEqualTo("file");
        assertThat(file.at("/bytes").asInt()).isEqualTo(content.length);
        assertThat(file.at("/filename").asString()).isEqualTo("pairs.jsonl");
        assertThat(file.at("/purpose").asString()).isEqualTo("fine-tune");
        assertThat(file.at("/status").asString()).isEqualTo("processed");
        assertThat(file.at("/created_at").isIntegralNumber()).isTrue();
        assertThat(http.get("/v1/files/" + id).json()).isEqualTo(file);

        Http.Answer downloaded = http.get("/v1/files/" + id + "/content", "Accept", "application/binary");
        assertThat(downloaded.status()).isEqualTo(200);
        assertThat(downloaded.response().body()).isEqualTo(new String(content, UTF_8));
        assertThat(downloaded.header("Content-Disposition")).contains("pairs.jsonl");
        assertThat(http.get("/v1/files/" + id + "/content", "If-None-Match", downloaded.header("ETag"))
                        .status())
                .isEqualTo(304);
        Http.Answer part = http.get("/v1/files/" + id + "/content", "Range", "bytes=2-7");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.response().body()).isEqualTo("prompt");

        JsonNode deleted = http.delete("/v1/files/" + id).json();
        assertThat(deleted.toString()).isEqualTo("{\"id\":\"" + id + "\",\"object\":\"file\",\"deleted\":true}");
        for (Http.Answer gone : List.of(
                http.get("/v1/files/" + id),
                http.get("/v1/files/" + id + "/content"),
                http.delete("/v1/files/" + id))) {
            assertThat(gone.status()).isEqualTo(404);
            assertThat(gone.json().at("/error/code").asString()).isEqualTo("file_not_found");
        }
    }

    /** At once: a connection that stays open lets the client wait for the rest of what was announced. */
    @Test
    @Timeout(30)
    void aDownloadThatFailsHalfWayIsSeenToFailByTheClient() throws IOException {
        String id = http.upload(
                        "/v1/files",
                        "fine-tune",
                        "big.jsonl",
                        (ROW + "\n").repeat(200_000).getBytes(UTF_8))
                .json()
                .at("/id")
                .asString();
        BlobDamage.of(jdbc, environment)
                .change(jdbc.sql("select blob_id from stored_file where file_id = ?")
                        .param(id)
                        .query(String.class)
                        .single());

        assertThatThrownBy(() -> {
                    try (InputStream body = http.stream("/v1/files/" + id + "/content")) {
                        body.transferTo(OutputStream.nullOutputStream());
                    }
                })
                .as("half-way when the bytes are in rows; a file is looked through before, and the answer is 500")
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
        assertThat(http.get("/v1/files/" + id).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"prompt":"a","chosen":"b"}           | line 2
            {"prompt":"a","chosen":"b","reject    | not valid JSON
            {"prompt":1,"chosen":"b","rejected":"c"} | /prompt
            []                                    | line 2
            """)
    void whatIsWrongWithAFileIsSaidByLine(String badRow, String reason) {
        JsonNode file = http.upload("/v1/files", "fine-tune", "bad.jsonl", (ROW + "\n" + badRow).getBytes(UTF_8))
                .json();
        assertThat(file.at("/status").asString()).isEqualTo("error");
        assertThat(file.at("/status_details").asString()).contains("line 2").contains(reason);
    }

    @Test
    void anEmptyFileIsAnErrorToo() {
        JsonNode file = http.upload("/v1/files", "fine-tune", "empty.jsonl", new byte[0])
                .json();
        assertThat(file.at("/status").asString()).isEqualTo("error");
        assertThat(file.at("/bytes").asInt()).isZero();
    }

    @Test
    void aJsonArrayIsAFileOfPreferencesToo() {
        JsonNode file = http.upload(
                        "/v1/files", "fine-tune", "pairs.json", ("[" + ROW + ",\n" + ROW + "]").getBytes(UTF_8))
                .json();
        assertThat(file.at("/status").asString()).as(file.toString()).isEqualTo("processed");
    }

    @Test
    void theListIsPagedBothWays() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(http.upload("/v1/files", "fine-tune", i + ".jsonl", ROW.getBytes(UTF_8))
                    .json()
                    .at("/id")
                    .asString());
        }
        JsonNode newest = http.get("/v1/files?limit=2").json();
        assertThat(newest.at("/object").asString()).isEqualTo("list");
        assertThat(ids(newest)).containsExactly(ids.get(2), ids.get(1));
        assertThat(newest.at("/first_id").asString()).isEqualTo(ids.get(2));
        assertThat(newest.at("/last_id").asString()).isEqualTo(ids.get(1));
        assertThat(newest.at("/has_more").asBoolean()).isTrue();
        assertThat(ids(http.get("/v1/files?limit=1&after=" + ids.get(1)).json()))
                .containsExactly(ids.get(0));
        JsonNode rest = http.get("/v1/files?order=asc&after=" + ids.get(0)).json();
        assertThat(ids(rest)).containsExactly(ids.get(1), ids.get(2));
        assertThat(rest.at("/has_more").asBoolean()).isFalse();
        JsonNode none = http.get("/v1/files?purpose=batch").json();
        assertThat(none.at("/data").isEmpty()).isTrue();
        assertThat(none.at("/first_id").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0,400,limit",
        "?limit=10001,400,limit",
        "?limit=x,400,limit",
        "?order=up,400,order",
        "?after=file-none,404,''"
    })
    void aBadQueryIsRefused(String query, int status, String param) {
        Http.Answer answer = http.get("/v1/files" + query);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at("/error/param").asString("")).isEqualTo(param);
    }

    @Test
    void onlyFilesForFineTuningAreTaken() {
        Http.Answer answer = http.upload("/v1/files", "assistants", "a.jsonl", ROW.getBytes(UTF_8));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").asString()).isEqualTo("purpose");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x/", "bad\u0001name"})
    void aFilenameMustBeOne(String filename) {
        assertThat(http.upload("/v1/files", "fine-tune", filename, ROW.getBytes(UTF_8))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"purpose,fine-tune,file", "expires_after[anchor],created_at,expires_after", "porpose,fine-tune,porpose"
    })
    void aFormMustHaveItsPartsAndNoOthers(String name, String value, String param) {
        String body = "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n--b--\r\n";
        Http.Answer answer = http.send(
                "POST", "/v1/files", BodyPublishers.ofString(body), "Content-Type", "multipart/form-data; boundary=b");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").asString()).isEqualTo(param);
    }

    @Test
    void anUploadThatEndsTooEarlyStoresNothing() {
        int before = ids(http.get("/v1/files").json()).size();
        String body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + ROW;
        Http.Answer answer = http.send(
                "POST", "/v1/files", BodyPublishers.ofString(body), "Content-Type", "multipart/form-data; boundary=b");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(ids(http.get("/v1/files").json())).hasSize(before);
    }

    @Test
    void aJsonBodyIsNoUpload() {
        assertThat(http.postJson("/v1/files", "{}").status()).isEqualTo(415);
    }

    /** Half a multipart body: whoever tried to read it would answer 400. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/datasets/some/preferences", "/v1/dpo/loss", "/v1/files/file-1", "/v1/%66iles/"})
    void anUploadToAnywhereElseIsNotEvenRead(String path) {
        Http.Answer answer = http.send(
                "POST", path, BodyPublishers.ofString("--b\r\n"), "Content-Type", "multipart/form-data; boundary=b");
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("unsupported_media_type");
        assertThat(answer.json().at("/detail").asString()).contains("POST /v1/files");
    }

    private static List<String> ids(JsonNode list) {
        return list.at("/data").values().stream()
                .map(item -> item.at("/id").asString())
                .toList();
    }
}

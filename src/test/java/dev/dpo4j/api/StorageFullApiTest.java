package dev.dpo4j.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

@ServiceTest
@Tag("embedded")
@TestPropertySource(properties = "dpo4j.storage.reserve=1000000GB")
class StorageFullApiTest {

    private static final String ROW = "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}";

    @LocalServerPort
    int port;

    @Test
    void aFullDiskIsSaidAndTheServiceStaysUp() {
        Http http = new Http(port);
        for (Http.Answer answer : List.of(
                http.upload("/v1/files", "fine-tune", "a.jsonl", ROW.getBytes(UTF_8)),
                http.postJson("/v1/datasets/full/preferences", ROW))) {
            assertThat(answer.status()).isEqualTo(507);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("storage_full");
            assertThat(answer.json().at("/detail").asString()).contains("Free some space");
        }
        assertThat(http.get("/v1/datasets").json().at("/data").isEmpty()).isTrue();
        assertThat(http.get("/actuator/health").status()).isEqualTo(200);
    }
}

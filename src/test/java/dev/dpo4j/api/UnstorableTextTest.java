package dev.dpo4j.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** PostgreSQL keeps every text but one that has the character U+0000 in it. */
@ServiceTest
@Tag("postgresql")
class UnstorableTextTest {

    @LocalServerPort
    int port;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void isRefusedWhereverItComesFrom() {
        requireRefused(http.postJson(
                "/v1/datasets/nul/preferences",
                "{\"id\":\"a\\u0000\",\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}"));
        requireRefused(http.get("/v1/fine_tuning/jobs?after=%00"));
        requireRefused(http.upload(
                "/v1/files",
                "fine-tune",
                "pairs.jsonl",
                "{\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]},\"preferred_output\":[{\"role\":\"us\\u0000er\",\"content\":\"a\"}],\"non_preferred_output\":[{\"role\":\"assistant\",\"content\":\"b\"}]}"
                        .getBytes(UTF_8)));
    }

    private static void requireRefused(Http.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("invalid_value");
        assertThat(answer.json().at("/error/message").asString()).contains("U+0000");
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.Golden;
import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asked over HTTP, SmolLM2 says what it says in transformers: chat template, tokenizer, model and text together. */
@Tag("real")
@ServiceTest
class GreedyApiTest {

    @LocalServerPort
    int port;

    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> folder().resolveSibling("").toString());
    }

    @Test
    void saysWhatItSaysInTransformers() throws IOException {
        Http http = new Http(port);
        JsonNode cases = Golden.read("greedy.json").get("cases");

        assertThat(cases).hasSize(5);
        for (JsonNode golden : cases) {
            boolean chat = golden.has("messages");
            String input = chat ? "messages" : "prompt";
            ObjectNode request = JsonMapper.shared().createObjectNode();
            request.put("model", folder().getFileName().toString());
            request.set(input, golden.get(input));
            request.put("max_tokens", 40).put("temperature", 0);

            Http.Answer answer = http.postJson(chat ? "/v1/chat/completions" : "/v1/completions", request.toString());

            assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            JsonNode choice = answer.json().at("/choices/0");
            assertThat(choice.get("token_ids")).isEqualTo(golden.get("tokens"));
            assertThat(choice.at(chat ? "/message/content" : "/text").asString())
                    .isEqualTo(golden.get("text").asString());
            assertThat(choice.get("finish_reason").asString())
                    .isEqualTo(golden.get("tokens").size() < 40 ? "stop" : "length");
            assertThat(answer.json().at("/usage/prompt_tokens").intValue())
                    .isEqualTo(golden.get("prompt_ids").size());
        }
    }

    private static Path folder() {
        return Path.of(Optional.ofNullable(System.getProperty("dpo4j.test.smollm2"))
                        .orElseThrow(
                                () -> new IllegalStateException("set -Ddpo4j.test.smollm2 to SmolLM2's model folder")))
                .toAbsolutePath();
    }
}

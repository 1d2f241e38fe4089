package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.api.Http.Answer;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.SeededWeights;
import dev.dpo4j.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Completions over HTTP, with a tiny model of 60 words, w4 to w63, whose text is its tokens' words with spaces between. */
@ServiceTest
class CompletionsApiTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final int VOCABULARY = 64;

    @TempDir
    private static Path models;

    @LocalServerPort
    int port;

    Http http;

    @DynamicPropertySource
    static void modelsDirectory(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models.toString());
        registry.add("dpo4j.generation.memory", () -> "16MB");
    }

    @BeforeAll
    static void writeModel() throws IOException {
        String json = """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 64, "hidden_size": 32,
                 "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "max_position_embeddings": 65536, "initializer_range": 0.4, "eos_token_id": 2}""";
        Path folder = Files.createDirectory(models.resolve("words"));
        Files.writeString(folder.resolve("config.json"), json);
        LlamaConfig config = LlamaConfigReader.read(JsonMapper.shared().readTree(json));
        try (LlamaWeights weights = LlamaWeights.allocate(config);
                OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
            SeededWeights.fill(config, 5, weights::tensor);
            SafetensorsWriter.write(out, weights.tensors(), Map.of("format", "pt"));
        }
        String vocabulary = IntStream.range(4, VOCABULARY)
                .mapToObj(id -> ", \"w%d\": %d".formatted(id, id))
                .collect(Collectors.joining("", "{\"[UNK]\": 0, \"user\": 1, \"</s>\": 2, \"system\": 3", "}"));
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
                 "added_tokens": [{"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                                   "normalized": false, "special": true}],
                 "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": %s, "unk_token": "[UNK]"}}""".formatted(vocabulary));
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"eos_token": "</s>",
                 "chat_template": "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}"}""");
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void continuesTokenIdsOfTheBuiltInModelInOpenAisShape() {
        Answer answer = http.postJson(
                TEXT, "{\"model\":\"notebook\",\"prompt\":[1,2,3,4,5,6],\"max_tokens\":8,\"temperature\":0}");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        JsonNode json = answer.json();
        assertThat(json.propertyNames())
                .containsExactlyInAnyOrder(
                        "id", "object", "created", "model", "choices", "usage", "system_fingerprint");
        assertThat(json.at("/id").asString()).matches("cmpl-[0-9a-f]{32}");
        assertThat(json.at("/object").asString()).isEqualTo("text_completion");
        assertThat(json.at("/created").isIntegralNumber()).isTrue();
        assertThat(json.at("/model").asString()).isEqualTo("notebook");
        assertThat(json.at("/system_fingerprint").asString()).matches("fp_[0-9a-f]{10}");
        assertThat(json.at("/usage").toString())
                .isEqualTo("{\"prompt_tokens\":6,\"completion_tokens\":8,\"total_tokens\":14}");
        assertThat(json.at("/choices")).hasSize(1);
        assertThat(json.at("/choices/0").propertyNames())
                .containsExactlyInAnyOrder("index", "text", "finish_reason", "logprobs", "token_ids");
        assertThat(json.at("/choices/0/text").asString()).isEmpty();
        assertThat(json.at("/choices/0/finish_reason").asString()).isEqualTo("length");
        assertThat(json.at("/choices/0/logprobs").isNull()).isTrue();
        assertThat(ids(json.at("/choices/0/token_ids"))).hasSize(8);
    }

    @Test
    void textAndItsTokenIdsAreContinuedAlike() {
        JsonNode ofText = text("\"prompt\":\"w7 w9 w30\",\"max_tokens\":12,\"temperature\":0");
        JsonNode ofIds = text("\"prompt\":[7,9,30],\"max_tokens\":12,\"temperature\":0");

        assertThat(ofText.at("/choices")).isEqualTo(ofIds.at("/choices"));
        assertThat(ofText.at("/usage/prompt_tokens").intValue()).isEqualTo(3);
        assertThat(ofText.at("/choices/0/text").asString().strip())
                .isEqualTo(words(ids(ofText.at("/choices/0/token_ids"))));
    }

    @Test
    void aTextCompletionHasSixteenTokensUnlessToldOtherwise() {
        assertThat(ids(text("\"prompt\":[7,9,30],\"temperature\":0,\"max_tokens\":16")
                        .at("/choices/0/token_ids")))
                .isEqualTo(ids(text("\"prompt\":[7,9,30],\"temperature\":0").at("/choices/0/token_ids")));
    }

    @Test
    void severalPromptsGiveAChoiceEach() {
        JsonNode both = text("\"prompt\":[\"w7 w9\",[30]],\"max_tokens\":5,\"temperature\":0");

        assertThat(both.at("/choices/0/token_ids"))
                .isEqualTo(text("\"prompt\":\"w7 w9\",\"max_tokens\":5,\"temperature\":0")
                        .at("/choices/0/token_ids"));
        assertThat(both.at("/choices/1/token_ids"))
                .isEqualTo(text("\"prompt\":[30],\"max_tokens\":5,\"temperature\":0")
                        .at("/choices/0/token_ids"));
        assertThat(both.at("/choices/1/index").intValue()).isEqualTo(1);
        assertThat(both.at("/usage/prompt_tokens").intValue()).isEqualTo(3);
    }

    @Test
    void messagesBecomeThePromptThatTheChatTemplateWrites() {
        JsonNode chat = chat("""
                "messages":[{"role":"developer","content":"w5"},{"role":"user","content":[{"type":"text","text":"w7 w9"}]}],
                "max_completion_tokens":6,"temperature":0""");
        JsonNode text = text("\"prompt\":\"system w5 user w7 w9\",\"max_tokens\":6,\"temperature\":0");

        assertThat(chat.at("/id").asString()).matches("chatcmpl-[0-9a-f]{32}");
        assertThat(chat.at("/object").asString()).isEqualTo("chat.completion");
        assertThat(chat.at("/choices/0/token_ids")).isEqualTo(text.at("/choices/0/token_ids"));
        assertThat(chat.at("/choices/0/message/role").asString()).isEqualTo("assistant");
        assertThat(chat.at("/choices/0/message/content")).isEqualTo(text.at("/choices/0/text"));
        assertThat(chat.at("/choices/0/message/refusal").isNull()).isTrue();
        assertThat(chat.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
    }

    @Test
    void aStopStringThatSpansTokensIsCutOffWithAllThatFollows() {
        List<Integer> all = ids(
                text("\"prompt\":[7,9,30],\"max_tokens\":12,\"temperature\":0").at("/choices/0/token_ids"));
        String stop =
                "w%d w%d".formatted(all.get(5), all.get(6)).substring(1); // from the middle of one word into the next

        JsonNode stopped = text(
                "\"prompt\":[7,9,30],\"max_tokens\":12,\"temperature\":0,\"stop\":[\"never\",\"%s\"]".formatted(stop));

        String whole = words(all);
        assertThat(stopped.at("/choices/0/text").asString().strip()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(stopped.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(stopped.at("/usage/completion_tokens").intValue()).isLessThanOrEqualTo(7);
    }

    @Test
    void theSameSeedGivesTheSameTextAndAnotherSeedAnother() {
        String request = "\"prompt\":[7,9,30],\"max_tokens\":20,\"temperature\":1.5,\"seed\":";
        JsonNode first = text(request + 1).at("/choices");

        assertThat(text(request + 1).at("/choices")).isEqualTo(first);
        assertThat(text(request + 2).at("/choices")).isNotEqualTo(first);
    }

    @Test
    void acceptsWhatClientsSendWithoutMeaningAnything() {
        JsonNode chat = chat("""
                "messages":[{"role":"user","content":"w7","name":null},
                            {"role":"assistant","content":"w8","refusal":null,"tool_calls":[]},
                            {"role":"user","content":"w9"}],
                "max_tokens":2,"n":1,"stream":false,"frequency_penalty":0,"presence_penalty":0.0,"logit_bias":{},
                "user":"me","store":false,"metadata":{"a":"b"},"tools":[],"tool_choice":"none","stop":null,
                "response_format":{"type":"text"},"logprobs":false,"service_tier":"auto","top_p":1""");

        assertThat(chat.at("/usage/completion_tokens").intValue()).isBetween(1, 2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"stream":true           | unsupported_value       | stream
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"n":2                   | unsupported_value       | n
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"logprobs":true         | unsupported_value       | logprobs
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"tools":[{"type":"x"}]  | unsupported_value       | tools
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"temprature":1          | unknown_field           | temprature
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"echo":false            | unknown_field           | echo
            /v1/chat/completions | "messages":[]                                                       | invalid_value           | messages
            /v1/chat/completions | "messages":[null]                                                   | invalid_type            | messages.0
            /v1/chat/completions | "messages":["hello"]                                                | invalid_type            | messages.0
            /v1/chat/completions | "messages":[{"role":"tool","content":"w7"}]                         | invalid_value           | messages.0.role
            /v1/chat/completions | "messages":[{"role":"user"}]                                        | invalid_type            | messages.0.content
            /v1/chat/completions | "messages":[{"role":"user","content":[{"type":"image_url"}]}]       | unsupported_value       | messages.0.content.0
            /v1/chat/completions | "messages":[{"role":"user","content":"w7","tool_calls":[1]}]        | unsupported_value       | messages.0.tool_calls
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"max_tokens":1,"max_completion_tokens":1 | invalid_value | max_tokens
            /v1/chat/completions | "messages":[{"role":"user","content":"w7"}],"max_tokens":65535      | context_length_exceeded | messages
            /v1/completions      | "prompt":"w7","max_tokens":60000                                    | too_large               | prompt
            /v1/completions      | "prompt":"w7","max_tokens":0                                        | invalid_value           | max_tokens
            /v1/completions      | "prompt":"w7","max_tokens":2147483647                               | context_length_exceeded | prompt
            /v1/completions      | "max_tokens":1                                                      | invalid_value           | prompt
            /v1/completions      | "prompt":null                                                       | invalid_type            | prompt
            /v1/completions      | "prompt":{}                                                         | invalid_type            | prompt
            /v1/completions      | "prompt":[]                                                         | invalid_value           | prompt
            /v1/completions      | "prompt":""                                                         | invalid_value           | prompt
            /v1/completions      | "prompt":[1,64]                                                     | invalid_value           | prompt.1
            /v1/completions      | "prompt":[1,-1]                                                     | invalid_value           | prompt.1
            /v1/completions      | "prompt":[1,99999999999999999999]                                   | invalid_value           | prompt.1
            /v1/completions      | "prompt":[1,2.5]                                                    | invalid_type            | prompt.1
            /v1/completions      | "prompt":[1,"w7"]                                                   | invalid_type            | prompt.1
            /v1/completions      | "prompt":["w7",[]]                                                  | invalid_value           | prompt.1
            /v1/completions      | "prompt":["w7",7]                                                   | invalid_type            | prompt.1
            /v1/completions      | "prompt":"w7","temperature":2.1                                     | invalid_value           | temperature
            /v1/completions      | "prompt":"w7","temperature":-0.1                                    | invalid_value           | temperature
            /v1/completions      | "prompt":"w7","top_p":1.1                                           | invalid_value           | top_p
            /v1/completions      | "prompt":"w7","stop":""                                             | invalid_value           | stop
            /v1/completions      | "prompt":"w7","stop":["a",1]                                        | invalid_type            | stop.1
            /v1/completions      | "prompt":"w7","stop":["a","b","c","d","e"]                          | invalid_value           | stop
            /v1/completions      | "prompt":"w7","seed":1.5                                            | invalid_type            | seed
            /v1/completions      | "prompt":"w7","echo":true                                           | unsupported_value       | echo
            /v1/completions      | "prompt":"w7","logprobs":1                                          | unsupported_value       | logprobs
            /v1/completions      | "prompt":"w7","best_of":3                                           | unsupported_value       | best_of
            """)
    void whatCannotBeDoneIsRefusedWithItsPlace(String path, String fields, String code, String param) {
        Answer answer = http.postJson(path, "{\"model\":\"words\"," + fields + "}");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString())
                .as(answer.response().body())
                .isEqualTo(code);
        assertThat(answer.json().at("/error/param").asString("")).isEqualTo(param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            /v1/chat/completions | "model":"notebook","messages":[{"role":"user","content":"w7"}] | 400 | no_tokenizer    | model
            /v1/completions      | "model":"notebook","prompt":"w7"                               | 400 | no_tokenizer    | prompt
            /v1/completions      | "model":"notebook","prompt":[7],"stop":"x"                     | 400 | no_tokenizer    | stop
            /v1/completions      | "model":"nobody","prompt":[7]                                  | 404 | model_not_found | model
            /v1/chat/completions | "model":"nobody","messages":[{"role":"user","content":"w7"}]   | 404 | model_not_found | model
            /v1/completions      | "prompt":[7]                                                   | 400 | invalid_value   | model
            """)
    void aModelThatCannotAnswerIsNamed(String path, String fields, int status, String code, @Nullable String param) {
        Answer answer = http.postJson(path, "{" + fields + "}");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo(code);
        assertThat(answer.json().at("/error/param").asString("")).isEqualTo(param);
    }

    @Test
    void theExamplesInTheContractWork() {
        JsonNode paths = http.get("/v3/api-docs").json().get("paths");
        for (String path : List.of(TEXT, CHAT)) {
            JsonNode examples = paths.get(path).at("/post/requestBody/content/application~1json/examples");
            assertThat(examples.isEmpty()).isFalse();
            for (JsonNode example : examples) {
                ObjectNode request = (ObjectNode) example.get("value");
                if (!request.get("model").asString().equals("notebook")) {
                    request.put("model", "words"); // instead of a folder that a newcomer would have to add
                }
                Answer answer = http.postJson(path, request.toString());
                assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            }
        }
    }

    private JsonNode text(String fields) {
        return answer(TEXT, fields);
    }

    private JsonNode chat(String fields) {
        return answer(CHAT, fields);
    }

    private JsonNode answer(String path, String fields) {
        Answer answer = http.postJson(path, "{\"model\":\"words\"," + fields + "}");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static List<Integer> ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }

    private static String words(List<Integer> ids) {
        return ids.stream()
                .filter(id -> id != 2)
                .map(id -> switch (id) {
                    case 0 -> "[UNK]";
                    case 1 -> "user";
                    case 3 -> "system";
                    default -> "w" + id;
                })
                .collect(Collectors.joining(" "));
    }
}

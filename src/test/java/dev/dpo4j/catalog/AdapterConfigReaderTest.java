package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.Golden;
import dev.dpo4j.llama.AdaptedLayer;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaConfigReader;
import dev.dpo4j.llama.LoraConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code adapter_config.json} as PEFT understands it; its figures are in goldens/peft-adapters.json. */
class AdapterConfigReaderTest {

    private static final JsonMapper JSON = new JsonMapper();

    static Stream<String> peftsCases() throws IOException {
        return Golden.read("peft-adapters.json").get("cases").propertyNames().stream();
    }

    @ParameterizedTest
    @MethodSource("peftsCases")
    void everyLayerHasTheRankAndScaleThatPeftGivesIt(String name) throws IOException {
        LlamaConfig llama =
                LlamaConfigReader.read(Golden.read("peft-adapters.json").get("config"));
        JsonNode peft = Golden.read("peft-adapters.json").get("cases").get(name);
        Map<String, List<Number>> expected = new TreeMap<>();
        peft.get("layers")
                .properties()
                .forEach(layer -> expected.put(
                        layer.getKey(),
                        List.of(
                                layer.getValue().get("r").intValue(),
                                layer.getValue().get("scale").doubleValue())));

        LoraConfig lora = AdapterConfigReader.read((ObjectNode) peft.get("adapter_config"))
                .on(llama);

        assertThat(layers(lora, llama)).isEqualTo(expected).isNotEmpty();
        assertThat(lora.useDora()).isEqualTo(name.equals("DoRA"));
        LoraConfig again = AdapterConfigReader.read(AdapterConfigWriter.toJson("twelve", lora))
                .on(llama);
        assertThat(again).as("written and read").isEqualTo(lora);
        assertThat(layers(again, llama)).isEqualTo(expected);
    }

    private static Map<String, List<Number>> layers(LoraConfig lora, LlamaConfig llama) {
        Map<String, List<Number>> layers = new TreeMap<>();
        for (AdaptedLayer layer : lora.layers(llama)) {
            layers.put(layer.linear().path(), List.of(layer.r(), layer.scale()));
        }
        return layers;
    }

    @Test
    void targetsOfEveryLayerAreNamedOnceAndOthersByTheirPaths() {
        assertThat(lora("\"target_modules\": \"all-linear\"").targetModules()).isEqualTo(LoraConfig.LINEAR_LAYERS);
        assertThat(lora("\"target_modules\": \".*(q_proj|1.self_attn.v_proj)\"").targetModules())
                .isEqualTo(Set.of("q_proj", "model.layers.1.self_attn.v_proj"));
    }

    @Test
    void whatIsLeftOutTakesPeftsDefaults() {
        assertThat(lora("\"r\": null")).isEqualTo(new LoraConfig(8, 8, Set.of("q_proj", "v_proj")));
    }

    /** A key, a value that would change the result, and what the message must say besides the key. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            peft_type             | "LOHA"                     | "LORA"
            peft_type             | null                       | "LORA"
            task_type             | "SEQ_CLS"                  | "CAUSAL_LM"
            bias                  | "lora_only"                | "none"
            bias                  | "all"                      | "none"
            use_dora              | "yes"                      | true or false
            lora_bias             | true                       | not supported
            fan_in_fan_out        | true                       | not supported
            modules_to_save       | ["lm_head"]                | not supported
            layers_to_transform   | [0]                        | not supported
            layers_to_transform   | 0                          | not supported
            exclude_modules       | ["q_proj"]                 | not supported
            trainable_token_indices | [1, 2]                   | not supported
            layer_replication     | [[0, 1]]                   | not supported
            target_parameters     | ["mlp.experts"]            | not supported
            use_qalora            | true                       | not supported
            init_lora_weights     | "pissa"                    | not supported
            init_lora_weights     | "pissa_niter_4"            | not supported
            init_lora_weights     | "olora"                    | not supported
            init_lora_weights     | "loftq"                    | not supported
            some_option_of_tomorrow | {"a": 1}                 | not supported
            base_model_name_or_path | null                     | must name the model
            base_model_name_or_path | " "                      | must name the model
            target_modules        | ["q_proj", "lm_head"]      | lm_head
            target_modules        | ["embed_tokens", "q_proj"] | model.embed_tokens
            target_modules        | ["self_attn"]              | model.layers.0.self_attn
            target_modules        | ".*"                       | only
            target_modules        | ["Wqkv"]                   | no layer of its base
            target_modules        | []                         | no layer of its base
            target_modules        | "q_proj"                   | no layer of its base
            target_modules        | "(?!vision).*q_proj"       | regular expression
            target_modules        | [1]                        | list of names
            r                     | 0                          | whole number from 1
            r                     | 2.5                        | whole number from 1
            lora_alpha            | 0                          | number over 0
            lora_alpha            | "8"                        | number over 0
            use_rslora            | "yes"                      | true or false
            rank_pattern          | {"q_proj": 0}              | "q_proj"
            rank_pattern          | ["q_proj"]                 | object
            alpha_pattern         | {"q_proj": -1}             | "q_proj"
            alpha_pattern         | {"(": 1}                   | regular expression
            rank_pattern          | {"(?i)Q_PROJ": 1}          | (?i)
            target_modules        | ".*[[:alpha:]]_proj"       | [:
            """)
    void whatWouldComputeSomethingElseIsRefusedByName(String key, String value, String said) {
        assertThatThrownBy(() -> lora("\"%s\": %s".formatted(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(said);
    }

    @Test
    void whatDoesNotChangeAFinishedAdapterIsAccepted() {
        assertThat(lora("""
                        "lora_dropout": 0.5, "inference_mode": false, "revision": "main", "init_lora_weights": "gaussian",
                        "layers_pattern": "layers", "megatron_core": "megatron.core", "loftq_config": {}, "use_dora": false,
                        "peft_version": "0.9.0", "option_of_tomorrow": null, "another": false, "a_third": []""")).isEqualTo(new LoraConfig(8, 8, Set.of("q_proj", "v_proj")));
    }

    /** A LoRA on the tiny model with some keys as PEFT needs them, or as the test wants them. */
    private static LoraConfig lora(String keys) {
        ObjectNode json = JSON.createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", "tiny");
        ((ObjectNode) JSON.readTree("{" + keys + "}"))
                .properties()
                .forEach(key -> json.set(key.getKey(), key.getValue()));
        return AdapterConfigReader.read(json).on(TinyModel.CONFIG);
    }
}

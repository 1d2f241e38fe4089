package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class LlamaConfigReaderTest {

    @Test
    void absentFieldsTakeTheDefaultsOfTransformers() {
        assertThat(read("{}"))
                .isEqualTo(new LlamaConfig(
                        32_000,
                        4096,
                        11_008,
                        32,
                        32,
                        32,
                        128,
                        1e-6,
                        10_000,
                        new RopeScaling.Default(),
                        2048,
                        false,
                        0.02,
                        1,
                        List.of(2)));
    }

    @Test
    void allFieldsAreRead() {
        LlamaConfig config = read("""
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "vocab_size": 100,
                 "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 6,
                 "num_key_value_heads": 2, "head_dim": 10, "rms_norm_eps": 1e-5, "rope_theta": 500000,
                 "max_position_embeddings": 8192, "tie_word_embeddings": true, "initializer_range": 0.04,
                 "bos_token_id": null, "eos_token_id": [3, 4], "attention_bias": false, "mlp_bias": false}""");

        assertThat(config)
                .isEqualTo(new LlamaConfig(
                        100,
                        48,
                        96,
                        3,
                        6,
                        2,
                        10,
                        1e-5,
                        500_000,
                        new RopeScaling.Default(),
                        8192,
                        true,
                        0.04,
                        null,
                        List.of(3, 4)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"rope_theta\": 7.5}",
                "{\"rope_scaling\": {\"rope_type\": \"default\", \"rope_theta\": 7.5}}",
                "{\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 7.5}}",
                "{\"rope_theta\": 9, \"rope_scaling\": null, \"rope_parameters\": {\"rope_theta\": 7.5}}"
            })
    void ropeThetaIsFoundWhereverTransformersWritesIt(String json) {
        assertThat(read(json).ropeTheta()).isEqualTo(7.5);
    }

    @Test
    void ropeScalingIsReadInOldAndNewForm() {
        assertThat(read("{\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}}")
                        .ropeScaling())
                .isEqualTo(new RopeScaling.Linear(2));
        assertThat(read("""
                {"max_position_embeddings": 131072, "rope_parameters": {"rope_type": "llama3", "rope_theta": 5e5,
                 "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}}""").ropeScaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 8192));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    []                                                               | JSON object
                    {"architectures": ["MistralForCausalLM"]}                        | MistralForCausalLM
                    {"model_type": "qwen3"}                                          | qwen3
                    {"hidden_act": "gelu"}                                           | hidden_act
                    {"attention_bias": true}                                         | attention_bias
                    {"mlp_bias": true}                                               | mlp_bias
                    {"quantization_config": {"bits": 4}}                             | quantization_config
                    {"rope_scaling": {"rope_type": "yarn", "factor": 4}}             | yarn
                    {"rope_scaling": {"rope_type": "linear"}}                        | factor
                    {"rope_scaling": {"rope_type": "llama3", "factor": 8}}           | low_freq_factor
                    {"rope_scaling": 4}                                              | rope_scaling
                    {"rope_parameters": {"partial_rotary_factor": 0.5}}              | partial_rotary_factor
                    {"vocab_size": 0}                                                | vocab_size
                    {"vocab_size": 3.5}                                              | vocab_size
                    {"vocab_size": 99999999999}                                      | vocab_size
                    {"num_attention_heads": 0}                                       | num_attention_heads
                    {"num_attention_heads": 3}                                       | hidden_size
                    {"num_key_value_heads": 5}                                       | num_key_value_heads
                    {"head_dim": 7}                                                  | head_dim
                    {"rms_norm_eps": "small"}                                        | rms_norm_eps
                    {"rms_norm_eps": -1}                                             | rms_norm_eps
                    {"tie_word_embeddings": 1}                                       | tie_word_embeddings
                    {"eos_token_id": "</s>"}                                         | eos_token_id
                    """)
    void whatIsNotComputedExactlyIsRefusedWithTheField(String json, String reason) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"bos_token_id\": null, \"eos_token_id\": null, \"tie_word_embeddings\": true}",
                "{\"eos_token_id\": [1, 2], \"head_dim\": 64, \"rope_theta\": 123}",
                "{\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 2.5, \"rope_theta\": 3}}",
                "{\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, "
                        + "\"high_freq_factor\": 4, \"original_max_position_embeddings\": 1024}}"
            })
    void whatIsWrittenIsReadBackEqual(String json) {
        LlamaConfig config = read(json);

        assertThat(LlamaConfigReader.read(LlamaConfigWriter.toJson(config))).isEqualTo(config);
    }

    @Test
    void parametersAreCountedLikeTheirShapes() {
        for (String tied : List.of("true", "false")) {
            LlamaConfig config = read("""
                    {"vocab_size": 100, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 3,
                     "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 10, "tie_word_embeddings": %s}""".formatted(tied));
            long sum = config.weightShapes().values().stream()
                    .mapToLong(shape -> shape.length == 1 ? shape[0] : shape[0] * shape[1])
                    .sum();

            assertThat(config.parameters()).isEqualTo(sum);
        }
    }

    private static LlamaConfig read(String json) {
        return LlamaConfigReader.read(new JsonMapper().readTree(json));
    }
}

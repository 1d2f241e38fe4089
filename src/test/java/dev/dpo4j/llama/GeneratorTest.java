package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Generation on a tiny Llama with grouped key/value heads, against computing the whole text again for every token. */
class GeneratorTest {

    private static final int VOCABULARY = 64;

    private final Compute compute = new Compute(KernelSelection.best(), 2);
    private final LlamaWeights weights = tinyWeights();
    private final LlamaModel model = new LlamaModel(weights, null, compute);

    @AfterEach
    void free() {
        weights.close();
        compute.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 65, Generator.PROMPT_CHUNK, Generator.PROMPT_CHUNK + 1, 3 * Generator.PROMPT_CHUNK})
    void continuesAsIfTheWholeTextWereComputedAgainForEveryToken(int promptLength) {
        int[] prompt = prompt(promptLength);

        Generation generation =
                new Generator(model, () -> {}).generate(prompt, Greedy.sampling(20, Set.of()), token -> true);

        assertThat(generation.end()).isEqualTo(Generation.End.LENGTH);
        assertThat(generation.tokens()).containsExactly(recomputed(model, prompt, 20));
        assertThat(Arrays.stream(generation.tokens()).distinct().count())
                .as("a text that says something")
                .isGreaterThan(3);
    }

    @Test
    void continuesAnAdaptersTextNotTheBases() {
        LoraConfig config = new LoraConfig(4, 8, LoraConfig.LINEAR_LAYERS);
        try (LoraWeights lora = LoraWeights.initialise(weights, config, 3, compute)) {
            Random random = new Random(5);
            lora.tensors().forEach(tensor -> {
                for (long i = 0; i < tensor.size(); i++) {
                    tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (0.3 * random.nextGaussian()));
                }
            });
            LlamaModel tuned = new LlamaModel(weights, lora, compute);
            int[] prompt = prompt(11);

            int[] tokens = new Generator(tuned, () -> {})
                    .generate(prompt, Greedy.sampling(20, Set.of()), token -> true)
                    .tokens();

            assertThat(tokens).containsExactly(recomputed(tuned, prompt, 20));
            assertThat(tokens).isNotEqualTo(recomputed(model, prompt, 20));
        }
    }

    @Test
    void endsWithAStopTokenAndTellsIt() {
        int[] prompt = prompt(7);
        int[] all = recomputed(model, prompt, 20);
        int stop = all[9];
        int end = IntStream.range(0, 20).filter(i -> all[i] == stop).findFirst().orElseThrow() + 1;
        List<Integer> told = new ArrayList<>();

        Generation generation =
                new Generator(model, () -> {}).generate(prompt, Greedy.sampling(20, Set.of(stop)), told::add);

        assertThat(generation.end()).isEqualTo(Generation.End.STOP_TOKEN);
        assertThat(generation.tokens()).containsExactly(Arrays.copyOf(all, end));
        assertThat(told)
                .containsExactlyElementsOf(Arrays.stream(all).limit(end).boxed().toList());
    }

    @Test
    void endsWhenTheListenerHasEnough() {
        int[] prompt = prompt(7);
        List<Integer> told = new ArrayList<>();

        Generation generation = new Generator(model, () -> {})
                .generate(prompt, Greedy.sampling(20, Set.of()), token -> {
                    told.add(token);
                    return told.size() < 5;
                });

        assertThat(generation.end()).isEqualTo(Generation.End.STOPPED);
        assertThat(generation.tokens()).containsExactly(recomputed(model, prompt, 5));
    }

    @Test
    void canBeEndedBeforeEachTokenAndEachPartOfThePrompt() {
        int[] prompt = prompt(2 * Generator.PROMPT_CHUNK + 1);
        AtomicInteger computations = new AtomicInteger();
        new Generator(model, computations::incrementAndGet)
                .generate(prompt, Greedy.sampling(4, Set.of()), token -> true);
        assertThat(computations)
                .as("three parts of the prompt, three more tokens")
                .hasValue(6);

        List<Integer> told = new ArrayList<>();
        computations.set(0);
        assertThatThrownBy(() -> new Generator(model, () -> {
                            if (computations.incrementAndGet() == 5) {
                                throw new IllegalStateException("enough");
                            }
                        })
                        .generate(prompt, Greedy.sampling(4, Set.of()), told::add))
                .hasMessage("enough");
        assertThat(told).hasSize(2);
    }

    @Test
    void theSameSeedGivesTheSameTextAndAnotherSeedAnother() {
        int[] first = sampled(1);

        assertThat(sampled(1)).containsExactly(first);
        assertThat(sampled(2)).isNotEqualTo(first);
    }

    @Test
    void fillsTheModelsLastPositionAndRefusesOneMore() {
        int positions = weights.config().maxPositionEmbeddings();
        Generator generator = new Generator(model, () -> {});
        int[] prompt = prompt(positions - 2);

        assertThat(generator
                        .generate(prompt, Greedy.sampling(2, Set.of()), token -> true)
                        .tokens())
                .hasSize(2);
        assertThatThrownBy(() -> generator.generate(prompt, Greedy.sampling(3, Set.of()), token -> true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A prompt of 1022 tokens and 3 more exceed the model's 1024 positions");
    }

    @Test
    void refusesAnEmptyPrompt() {
        assertThatThrownBy(() -> new Generator(model, () -> {})
                        .generate(new int[0], Greedy.sampling(1, Set.of()), token -> true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesToChooseAmongLogitsThatAreNotNumbers() {
        weights.finalNorm().segment().setAtIndex(ValueLayout.JAVA_FLOAT, 3, Float.NaN);

        assertThatThrownBy(() ->
                        new Generator(model, () -> {}).generate(prompt(4), Greedy.sampling(1, Set.of()), token -> true))
                .isInstanceOf(NonFiniteLogitsException.class)
                .hasMessageContaining("position 4");
    }

    @Test
    void knowsWhatMemoryATextTakes() {
        try (LoraWeights lora = LoraWeights.allocate(weights.config(), new LoraConfig(4, 8, Set.of("q_proj")))) {
            LlamaModel tuned = new LlamaModel(weights, lora, compute);
            for (LlamaModel one : List.of(model, tuned)) {
                try (Activations activations = one.activations(new PassSize(300, 1, 300), Activations.Keep.KEYS)) {
                    // Memory counts an empty matrix as one float, and a pass without a way back has some.
                    assertThat(Generator.bytes(one, 300)).isCloseTo(activations.bytes(), within(256L));
                }
            }
            assertThat(Generator.bytes(tuned, 300) - Generator.bytes(model, 300))
                    .isEqualTo(300L * 4 * Float.BYTES);
        }
    }

    private int[] sampled(long seed) {
        return new Generator(model, () -> {})
                .generate(prompt(7), new Sampling(20, 1, 0.9, seed, Set.of()), token -> true)
                .tokens();
    }

    /** Greedy search without anything kept: the definition. */
    private static int[] recomputed(LlamaModel model, int[] prompt, int count) {
        int[] text = Arrays.copyOf(prompt, prompt.length + count);
        LlamaConfig config = model.config();
        try (Activations activations =
                model.activations(new PassSize(text.length, 1, text.length), Activations.Keep.NOTHING)) {
            for (int size = prompt.length; size < text.length; size++) {
                model.forward(TokenTree.of(Arrays.copyOf(text, size)), 0, size, activations);
                float[] logits = model.logits(new int[] {size - 1}, config.vocabSize(), activations)[0];
                text[size] = IntStream.range(0, logits.length)
                        .reduce(0, (best, next) -> logits[next] > logits[best] ? next : best);
            }
        }
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    private static int[] prompt(int length) {
        return new Random(17).ints(length, 0, VOCABULARY).toArray();
    }

    private static LlamaWeights tinyWeights() {
        LlamaConfig config = LlamaConfigReader.read(JsonMapper.shared().readTree("""
                {"architectures": ["LlamaForCausalLM"], "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
                 "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "max_position_embeddings": 1024, "initializer_range": 0.3}"""));
        LlamaWeights weights = LlamaWeights.allocate(config);
        SeededWeights.fill(config, 11, weights::tensor);
        return weights;
    }
}

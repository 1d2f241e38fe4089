package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.ScalarTwin;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-probabilities and gradients of whole models, on texts that need several blocks of attention and several chunks of logits. */
class LlamaModelTest {

    private static final Kernels KERNELS = KernelSelection.best();

    /** One prompt and its answers. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of token ids; never compared
    private record Text(int[] prompt, List<int[]> answers) {}

    /** Texts packed into a tree. */
    private record Packed(TokenTree tree, ScoredTokens scored) {

        static Packed of(List<Text> texts) {
            TokenTree.Builder tree = new TokenTree.Builder();
            List<Integer> rows = new ArrayList<>();
            List<Integer> targets = new ArrayList<>();
            for (Text text : texts) {
                int prompt = tree.add(-1, text.prompt);
                int last = tree.size() - 1;
                for (int[] answer : text.answers) {
                    int first = tree.size();
                    tree.add(prompt, Arrays.copyOf(answer, answer.length - 1));
                    for (int i = 0; i < answer.length; i++) {
                        rows.add(i == 0 ? last : first + i - 1);
                        targets.add(answer[i]);
                    }
                }
            }
            return new Packed(tree.build(), new ScoredTokens(ints(rows), ints(targets)));
        }

        /** The same with what begins alike once. */
        static Packed sharing(List<Text> texts) {
            TokenTrie trie = new TokenTrie();
            for (Text text : texts) {
                for (int[] answer : text.answers) {
                    trie.add(concat(text.prompt, Arrays.copyOf(answer, answer.length - 1)), text.prompt.length);
                }
            }
            TokenTrie.Rows shared = trie.rows();
            Iterator<int[]> rowsOfTexts = shared.rows().iterator();
            List<Integer> rows = new ArrayList<>();
            List<Integer> targets = new ArrayList<>();
            for (Text text : texts) {
                for (int[] answer : text.answers) {
                    int[] rowsOfText = rowsOfTexts.next();
                    for (int i = 0; i < answer.length; i++) {
                        rows.add(rowsOfText[text.prompt.length - 1 + i]);
                        targets.add(answer[i]);
                    }
                }
            }
            return new Packed(shared.tree(), new ScoredTokens(ints(rows), ints(targets)));
        }

        private static int[] ints(List<Integer> list) {
            return list.stream().mapToInt(Integer::intValue).toArray();
        }

        Activations activations(LlamaModel model, Activations.Keep keep) {
            return model.activations(size(), keep);
        }

        PassSize size() {
            return new PassSize(tree.size(), scored.size(), tree.size());
        }
    }

    /** Prompts over and under a block; answers of one token, of just one block's rest and of several blocks. */
    private static List<Text> texts() {
        Random random = new Random(1);
        return List.of(
                new Text(
                        TinyLlama.tokens(random, 70),
                        List.of(
                                TinyLlama.tokens(random, 150),
                                TinyLlama.tokens(random, 1),
                                TinyLlama.tokens(random, 59))),
                new Text(
                        TinyLlama.tokens(random, 1),
                        List.of(TinyLlama.tokens(random, 66), TinyLlama.tokens(random, 2))),
                // enough answers for several chunks of the head
                new Text(
                        TinyLlama.tokens(random, 12),
                        List.of(TinyLlama.tokens(random, 240), TinyLlama.tokens(random, 260))));
    }

    static List<LlamaConfig> configs() {
        return List.of(TinyLlama.UNTIED, TinyLlama.TIED, TinyLlama.LLAMA3);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void givesTheLogProbsOfThePapers(LlamaConfig config) {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(config, 2)) {
            double[] actual = logProbs(new LlamaModel(weights, null, compute), texts());
            assertPapers(actual, new PaperLlama(config, PaperLlama.values(weights)));
        }
    }

    @Test
    void givesTheLogProbsOfThePapersWithAnAdapterOnEveryLayer() {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(config, 2);
                LoraWeights adapter = TinyLlama.adapter(config, 3)) {
            double[] actual = logProbs(new LlamaModel(weights, adapter, compute), texts());
            assertPapers(
                    actual,
                    new PaperLlama(
                            config,
                            PaperLlama.merged(
                                    PaperLlama.values(weights), PaperLlama.values(adapter), layer -> 5.0 / 3)));
        }
    }

    @Test
    void givesTheLogProbsOfThePapersWithAnAdapterOfSeveralRanksAndScales() {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(config, 2);
                LoraWeights adapter = TinyLlama.adapter(config, TinyLlama.PATTERNED_LORA, 3)) {
            double[] actual = logProbs(new LlamaModel(weights, adapter, compute), texts());
            assertPapers(
                    actual,
                    new PaperLlama(
                            config,
                            PaperLlama.merged(
                                    PaperLlama.values(weights),
                                    PaperLlama.values(adapter),
                                    TinyLlama::scaleOfPatternedLora)));
        }
    }

    private static void assertPapers(double[] actual, PaperLlama paper) {
        int next = 0;
        for (Text text : texts()) {
            for (int[] answer : text.answers) {
                double[] expected = paper.logProbs(text.prompt, answer);
                for (int i = 0; i < answer.length; i++) {
                    assertThat(actual[next++]).as("token %d", i).isCloseTo(expected[i], within(1e-5));
                }
            }
        }
        assertThat(actual).hasSize(next).hasSizeGreaterThan(OutputLayer.CHUNK);
    }

    @Test
    void aSharedPromptIsARepeatedPrompt() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            List<Text> repeated = texts().stream()
                    .flatMap(text -> text.answers.stream().map(answer -> new Text(text.prompt, List.of(answer))))
                    .toList();
            assertThat(logProbs(model, repeated)).containsExactly(logProbs(model, texts()), within(1e-5));
            assertClose(gradients(model, repeated), gradients(model, texts()), 1e-5);
        }
    }

    @Test
    void aSharedBeginningIsARepeatedBeginning() {
        Random random = new Random(3);
        int[] system = TinyLlama.tokens(random, 20);
        int[] question = TinyLlama.tokens(random, 9);
        int[] start = TinyLlama.tokens(random, 12);
        List<Text> texts = List.of(
                new Text(
                        concat(system, question),
                        List.of(
                                concat(start, TinyLlama.tokens(random, 70)),
                                concat(start, TinyLlama.tokens(random, 5)))),
                new Text(
                        concat(system, TinyLlama.tokens(random, 30)),
                        List.of(TinyLlama.tokens(random, 66), TinyLlama.tokens(random, 2))),
                new Text(concat(system, question), List.of(concat(start, TinyLlama.tokens(random, 1)))));
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            Packed repeated = Packed.of(texts.stream()
                    .flatMap(text -> text.answers.stream().map(answer -> new Text(text.prompt, List.of(answer))))
                    .toList());
            Packed shared = Packed.sharing(texts);

            assertThat(shared.tree.size()).isEqualTo(20 + (9 + 12 + 69 + 4) + (30 + 65 + 1));
            assertThat(logProbs(model, shared)).containsExactly(logProbs(model, repeated), within(1e-5));
            assertClose(gradients(model, shared), gradients(model, repeated), 1e-5);
        }
    }

    @Test
    void logitsComputedAgainAreTheLogitsKept() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            Random random = new Random(8);
            Packed packed = Packed.of(List.of(new Text(
                    TinyLlama.tokens(random, 3),
                    Stream.generate(() -> TinyLlama.tokens(random, 320))
                            .limit(5)
                            .toList())));
            long chunk = (long) OutputLayer.CHUNK * model.config().vocabSize() * Float.BYTES;

            assertThat(packed.scored.size()).isGreaterThan(2 * OutputLayer.CHUNK); // with room for one, not all
            float[] none = gradients(model, packed, 0);
            assertThat(gradients(model, packed, chunk)).containsExactly(none);
            assertThat(gradients(model, packed, 2 * chunk)).containsExactly(none);
        }
    }

    private static int[] concat(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void aTextIsWhatItIsAloneWhateverIsPackedBesideIt() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            List<Text> texts = texts();
            double[] alone = texts.stream()
                    .flatMapToDouble(text -> Arrays.stream(logProbs(model, List.of(text))))
                    .toArray();
            assertThat(logProbs(model, texts)).containsExactly(alone, within(1e-5));
        }
    }

    @Test
    void tokensScoredInOneChunkAreTokensScoredInTwo() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            Packed packed = Packed.of(texts());
            int n = packed.scored.size();
            double[] halves = IntStream.of(0, 1)
                    .mapToObj(half -> new ScoredTokens(
                            Arrays.copyOfRange(packed.scored.rows(), half * n / 2, (half + 1) * n / 2),
                            Arrays.copyOfRange(packed.scored.targets(), half * n / 2, (half + 1) * n / 2)))
                    .flatMapToDouble(half -> Arrays.stream(logProbs(model, new Packed(packed.tree, half))))
                    .toArray();
            assertThat(halves).containsExactly(logProbs(model, texts()), within(1e-6));
        }
    }

    @Test
    void whatIsKeptForTheBackwardPassChangesNoBit() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            Packed packed = Packed.of(texts());
            double[] all = logProbs(model, packed);
            for (Activations.Keep keep : Activations.Keep.values()) {
                try (Activations a = packed.activations(model, keep)) {
                    assertThat(model.logProbs(packed.tree, packed.scored, a).logProbs())
                            .as(keep.name())
                            .containsExactly(all);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void howManyLayersAreKeptWholeChangesNoBitOfTheGradient(int wholeLayers) {
        LlamaConfig four = new LlamaConfig(
                331, 30, 41, 4, 6, 2, 10, 1e-5, 10_000, new RopeScaling.Default(), 512, false, 0.02, null, List.of());
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(four, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            Packed packed = Packed.of(texts());
            float[] all = gradients(model, texts());
            try (Activations a = model.activations(packed.size(), Activations.Keep.RESIDUAL_STREAM, wholeLayers)) {
                assertThat(gradients(model, packed, a)).isEqualTo(all);
                assertThat(gradients(model, packed, a)).as("once more").isEqualTo(all);
            }
        }
    }

    @Test
    void activationsUsedBeforeLeaveNoTrace() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            List<Text> small = texts().subList(1, 2);
            Packed packed = Packed.of(texts());
            try (Activations a = packed.activations(model, Activations.Keep.ALL)) {
                double[] fresh = logProbs(model, small);
                float[] freshGradients = gradients(model, small);
                gradients(model, packed, a);
                assertThat(model.logProbs(Packed.of(small).tree, Packed.of(small).scored, a)
                                .logProbs())
                        .containsExactly(fresh);
                assertThat(gradients(model, Packed.of(small), a)).containsExactly(freshGradients);
            }
        }
    }

    @Test
    void scalarAndVectorKernelsGiveTheSameBits() {
        try (Compute vector = new Compute(KERNELS, 2);
                Compute scalar = new Compute(ScalarTwin.of(KERNELS), 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.LLAMA3, 2)) {
            assertThat(scalar.kernels().description()).startsWith("scalar");
            assertThat(vector.kernels().description()).startsWith("vector");
            LlamaModel one = new LlamaModel(weights, null, vector);
            LlamaModel other = new LlamaModel(weights, null, scalar);
            assertThat(logProbs(one, texts())).containsExactly(logProbs(other, texts()));
            assertThat(gradients(one, texts())).containsExactly(gradients(other, texts()));
        }
    }

    @Test
    void oneThreadAndTwoAgree() {
        try (Compute two = new Compute(KERNELS, 2);
                Compute one = new Compute(KERNELS, 1);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel together = new LlamaModel(weights, null, two);
            LlamaModel alone = new LlamaModel(weights, null, one);
            assertThat(logProbs(together, texts())).containsExactly(logProbs(alone, texts()), within(1e-6));
            assertClose(gradients(together, texts()), gradients(alone, texts()), 1e-6);
        }
    }

    @Test
    void twoRunsGiveTheSameBits() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            float[] once = gradients(model, texts());
            for (int i = 0; i < 5; i++) {
                assertThat(gradients(model, texts())).containsExactly(once);
            }
        }
    }

    /** Its magnitudes are those of the base's rows, so every gain is 1. */
    @Test
    void aFreshDoraIsTheBaseUpToRounding() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2);
                LoraWeights fresh = LoraWeights.initialise(weights, TinyLlama.DORA, 42, compute)) {
            LlamaModel adapted = new LlamaModel(weights, fresh, compute);
            assertThat(logProbs(adapted, texts()))
                    .containsExactly(logProbs(new LlamaModel(weights, null, compute), texts()), within(1e-5));
            assertThat(logProbs(adapted.base(), texts()))
                    .containsExactly(logProbs(new LlamaModel(weights, null, compute), texts()));
            NamedTensor magnitudes = fresh.tensors().get(2);
            assertThat(magnitudes.name())
                    .isEqualTo("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector");
            double row = KERNELS.sumOfSquares(weights.tensor("model.layers.0.self_attn.q_proj.weight"), 30);
            assertThat(magnitudes.data().getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo((float) Math.sqrt(row));
        }
    }

    @Test
    void aRowWithoutADirectionIsNoPlaceForDora() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            weights.tensor("model.layers.1.mlp.up_proj.weight")
                    .asSlice(4 * 30L * Float.BYTES, 30L * Float.BYTES)
                    .fill((byte) 0);
            assertThatThrownBy(() -> LoraWeights.initialise(weights, TinyLlama.DORA, 42, compute)
                            .close())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("row 4 of model.layers.1.mlp.up_proj.weight is all zeros");
        }
    }

    @Test
    void aFreshAdapterIsTheBaseBitForBit() {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2);
                LoraWeights fresh = LoraWeights.initialise(weights, TinyLlama.LORA, 42, compute)) {
            LlamaModel adapted = new LlamaModel(weights, fresh, compute);
            assertThat(logProbs(adapted, texts()))
                    .containsExactly(logProbs(new LlamaModel(weights, null, compute), texts()));
            assertThat(logProbs(adapted.base(), texts())).containsExactly(logProbs(adapted, texts()));
        }
    }

    @Test
    void refusesTokensOutsideTheVocabularyEvenIfTheyAreOnlyScored() {
        try (Compute compute = new Compute(KERNELS, 1);
                LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 2)) {
            LlamaModel model = new LlamaModel(weights, null, compute);
            for (int bad : new int[] {-1, TinyLlama.UNTIED.vocabSize()}) {
                for (Text text : List.of(
                        new Text(new int[] {1, bad}, List.of(new int[] {2})),
                        new Text(new int[] {1, 2}, List.of(new int[] {3, bad})))) {
                    assertThatThrownBy(() -> logProbs(model, List.of(text)))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("Token id " + bad + " is outside the vocabulary of 331");
                }
            }
        }
    }

    private static double[] logProbs(LlamaModel model, List<Text> texts) {
        return logProbs(model, Packed.of(texts));
    }

    private static double[] logProbs(LlamaModel model, Packed packed) {
        try (Activations a = packed.activations(model, Activations.Keep.ALL)) {
            return model.logProbs(packed.tree, packed.scored, a).logProbs();
        }
    }

    private static float[] gradients(LlamaModel model, List<Text> texts) {
        return gradients(model, Packed.of(texts));
    }

    private static float[] gradients(LlamaModel model, Packed packed, long keptLogitsBytes) {
        try (Activations a = new Activations(
                model.config(),
                packed.size(),
                model.rank(),
                model.compute().threads(),
                Activations.Keep.ALL,
                0,
                keptLogitsBytes)) {
            return gradients(model, packed, a);
        }
    }

    private static float[] gradients(LlamaModel model, Packed packed) {
        try (Activations a = packed.activations(model, Activations.Keep.ALL)) {
            return gradients(model, packed, a);
        }
    }

    /** All gradients of a weighted sum of the log-probabilities, one after the other. */
    private static float[] gradients(LlamaModel model, Packed packed, Activations a) {
        double[] slopes =
                new Random(5).doubles(packed.scored.size(), -0.01, 0.01).toArray();
        try (LlamaWeights gradients = LlamaWeights.allocate(model.config())) {
            TokenLogProbs forward = model.logProbs(packed.tree, packed.scored, a);
            model.backward(packed.tree, packed.scored, forward, slopes, a, Gradients.of(gradients));
            return elements(gradients);
        }
    }

    private static float[] elements(ParameterSet set) {
        long size = set.tensors().stream().mapToLong(NamedTensor::size).sum();
        float[] all = new float[Math.toIntExact(size)];
        int next = 0;
        for (NamedTensor tensor : set.tensors()) {
            float[] values = tensor.data().toArray(ValueLayout.JAVA_FLOAT);
            System.arraycopy(values, 0, all, next, values.length);
            next += values.length;
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aStepsFirstPassWritesOverWhatTheLastStepHasLeft(LlamaConfig config) {
        try (Compute compute = new Compute(KERNELS, 2);
                LlamaWeights weights = TinyLlama.weights(config, 2);
                LoraWeights adapter = TinyLlama.adapter(config, 3)) {
            assertBegins(new LlamaModel(weights, null, compute), weights);
            assertBegins(new LlamaModel(weights, adapter, compute), adapter);
        }
    }

    /** What a first pass leaves is what a pass adds to zeros; and the next pass adds. */
    private static void assertBegins(LlamaModel model, ParameterSet shape) {
        Packed packed = Packed.of(texts());
        double[] slopes =
                new Random(5).doubles(packed.scored.size(), -0.01, 0.01).toArray();
        try (Activations a = packed.activations(model, Activations.Keep.ALL);
                ParameterSet added = shape.zerosLike();
                ParameterSet begun = shape.zerosLike()) {
            TokenLogProbs forward = model.logProbs(packed.tree, packed.scored, a);
            model.backward(packed.tree, packed.scored, forward, slopes, a, Gradients.of(added));
            begun.tensors().forEach(tensor -> tensor.data().fill((byte) 0x7f)); // 3.4e38 each
            for (boolean before : new boolean[] {false, true}) {
                forward = model.logProbs(packed.tree, packed.scored, a);
                model.backward(packed.tree, packed.scored, forward, slopes, a, Gradients.of(begun, before));
                if (!before) {
                    assertThat(elements(begun)).isEqualTo(elements(added));
                }
            }
            float[] once = elements(added);
            model.logProbs(packed.tree, packed.scored, a);
            model.backward(packed.tree, packed.scored, forward, slopes, a, Gradients.of(added));
            assertThat(elements(begun)).isEqualTo(elements(added)).isNotEqualTo(once);
        }
    }

    /** Relative to the gradient's length: its elements differ by orders of magnitude. */
    private static void assertClose(float[] actual, float[] expected, double relative) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        assertThat(length).isPositive();
        assertThat(Math.sqrt(difference / length)).isLessThan(relative);
    }
}

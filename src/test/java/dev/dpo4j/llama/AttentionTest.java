package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.ScalarTwin;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Attention in blocks, chunks of keys and slices against softmax(Q Kᵀ / √D) V written down in double precision, both ways. */
class AttentionTest {

    private static final double CLOSE = 2e-6;

    /** A prompt longer than the chunks, two answers of which one goes on in two ways, and a text of its own. */
    private static TokenTree tree() {
        TokenTree.Builder tree = new TokenTree.Builder();
        int prompt = tree.add(-1, new int[700]);
        int first = tree.add(prompt, new int[130]);
        tree.add(first, new int[33]);
        tree.add(first, new int[1]);
        tree.add(prompt, new int[50]);
        tree.add(-1, new int[3]);
        return tree.build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isWhatTheFormulaSays(int threads) {
        try (Compute compute = new Compute(threads)) {
            isWhatTheFormulaSays(config(6, 2, 16), compute);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 80", "4, 4, 8", "5, 1, 64", "3, 3, 128"})
    void isWhatTheFormulaSaysForHeadsOfAnySizeAndNumber(int heads, int kvHeads, int headSize) {
        try (Compute compute = new Compute(2)) {
            isWhatTheFormulaSays(config(heads, kvHeads, headSize), compute);
        }
    }

    /** As with vectors of less than 512 bits: OpenBLAS multiplies. */
    @Test
    void isWhatTheFormulaSaysWithoutFastProducts() {
        try (Compute compute = new Compute(ScalarTwin.withoutProducts(KernelSelection.best()), 2)) {
            assertThat(compute.kernels().fastProducts()).isFalse();
            isWhatTheFormulaSays(config(6, 2, 16), compute);
        }
    }

    private static void isWhatTheFormulaSays(LlamaConfig config, Compute compute) {
        TokenTree tree = tree();
        int n = tree.size();
        int threads = compute.threads();
        PassSize size = new PassSize(n, 1, 863);
        try (Activations a = new Activations(config, size, 0, threads, Activations.Keep.ALL);
                Activations gradients = new Activations(config, size, 0, threads, Activations.Keep.ALL)) {
            Attention attention = new Attention(compute, config);
            Activations.Layer layer = a.layer(0);
            Matrix dAttended = gradients.layer(0).attended();
            Matrix dQkv = gradients.layer(0).qkv();
            fill(layer.qkv(), 1);
            fill(dAttended, 2);

            attention.forward(tree, 0, n, layer, a);
            attention.backward(tree, layer, dAttended, dQkv, a);

            Formula formula = new Formula(config, tree, values(layer.qkv()), values(dAttended));
            assertClose(values(layer.attended()), formula.attended);
            assertClose(values(dQkv), formula.dQkv);
        }
    }

    @Test
    void blocksSeeEveryKeyOfTheirPastOnce() {
        TokenTree tree = tree();
        for (AttentionBlock block : AttentionBlock.of(tree, 0, tree.size(), 64)) {
            List<Integer> seen = new ArrayList<>();
            for (KeyPath.Run run : block.path().runs(block.keys())) {
                assertThat(run.key()).isEqualTo(seen.size());
                for (int i = 0; i < run.count(); i++) {
                    seen.add(run.row() + i);
                }
            }
            assertThat(seen).isEqualTo(past(tree, block.from() + block.rows() - 1));
        }
    }

    @Test
    void aSegmentRightBehindItsParentContinuesItsRun() {
        TokenTree.Builder tree = new TokenTree.Builder();
        tree.add(tree.add(-1, new int[5]), new int[7]);

        assertThat(AttentionBlock.of(tree.build(), 5, 12, 64))
                .singleElement()
                .satisfies(block ->
                        assertThat(block.path()).isEqualTo(new KeyPath(List.of(new KeyPath.Run(0, 12, 0)), 12)));
    }

    @Test
    void slicesHoldAllBlocksInOrderAndCostAboutTheSame() {
        TokenTree tree = tree();
        List<AttentionBlock> blocks = AttentionBlock.of(tree, 0, tree.size(), 32);
        List<List<AttentionBlock>> slices = AttentionBlock.slices(blocks, 3);
        long total = blocks.stream().mapToLong(AttentionBlock::scores).sum();

        assertThat(slices.stream().flatMap(List::stream)).containsExactlyElementsOf(blocks);
        assertThat(slices)
                .hasSize(3)
                .allSatisfy(slice -> assertThat(
                                slice.stream().mapToLong(AttentionBlock::scores).sum())
                        .isBetween(total / 4, total / 2));
        assertThat(AttentionBlock.slices(blocks.subList(0, 1), 3)).containsExactly(blocks.subList(0, 1));
    }

    @Test
    void partsAreOfOnePathAndOfAFewRows() {
        TokenTree tree = tree();
        List<AttentionBlock> blocks = AttentionBlock.of(tree, 0, tree.size(), 32);
        List<List<AttentionBlock>> parts = AttentionBlock.ofOnePath(blocks, 100);

        assertThat(parts.stream().flatMap(List::stream)).containsExactlyElementsOf(blocks);
        assertThat(parts).allSatisfy(part -> {
            assertThat(part)
                    .extracting(AttentionBlock::path)
                    .containsOnly(part.getFirst().path());
            assertThat(part.stream().mapToInt(AttentionBlock::rows).sum()).isBetween(1, 100);
        });
        assertThat(parts)
                .hasSize(8 + 2 + 1 + 1 + 1
                        + 1); // three blocks of the prompt's 22 each, the last of one; four and one of 130 rows
    }

    private static LlamaConfig config(int heads, int kvHeads, int headSize) {
        return LlamaConfigReader.read(JsonMapper.shared().readTree("""
                {"architectures": ["LlamaForCausalLM"], "vocab_size": 8, "hidden_size": %d, "intermediate_size": 8,
                 "num_hidden_layers": 1, "num_attention_heads": %d, "num_key_value_heads": %d,
                 "max_position_embeddings": 2048}""".formatted(headSize * heads, heads, kvHeads)));
    }

    private static void fill(Matrix matrix, long seed) {
        Random random = new Random(seed);
        for (long i = 0; i < matrix.size(); i++) {
            matrix.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
    }

    private static float[][] values(Matrix matrix) {
        float[][] rows = new float[matrix.rows()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = matrix.fromRow(i).asSlice(0, matrix.cols() * 4L).toArray(ValueLayout.JAVA_FLOAT);
        }
        return rows;
    }

    private static void assertClose(float[][] actual, double[][] expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                difference = Math.max(difference, Math.abs(actual[i][j] - expected[i][j]));
                length = Math.max(length, Math.abs(expected[i][j]));
            }
        }
        assertThat(difference / length).isLessThan(CLOSE);
    }

    /** A row and all rows before it in its text. */
    private static List<Integer> past(TokenTree tree, int row) {
        TokenTree.Segment segment = tree.segments().stream()
                .filter(one -> one.start() <= row && row < one.end())
                .findFirst()
                .orElseThrow();
        List<TokenTree.Segment> context = new ArrayList<>(tree.context(segment));
        context.add(new TokenTree.Segment(segment.start(), row - segment.start() + 1, segment.parent()));
        List<Integer> past = new ArrayList<>();
        for (TokenTree.Segment one : context) {
            for (int i = 0; i < one.length(); i++) {
                past.add(one.start() + i);
            }
        }
        return past;
    }

    /** Query by query and key by key. */
    private static final class Formula {

        private final int d;
        private final int group;
        private final int keyColumn;
        private final int valueColumn;
        private final float[][] qkv;
        private final float[][] dOut;
        private final double[][] attended;
        private final double[][] dQkv;

        Formula(LlamaConfig config, TokenTree tree, float[][] qkv, float[][] dOut) {
            this.d = config.headSize();
            this.group = config.heads() / config.kvHeads();
            this.keyColumn = config.queryWidth();
            this.valueColumn = keyColumn + config.keyWidth();
            this.qkv = qkv;
            this.dOut = dOut;
            this.attended = new double[tree.size()][config.queryWidth()];
            this.dQkv = new double[tree.size()][qkv[0].length];
            for (int row = 0; row < tree.size(); row++) {
                List<Integer> past = past(tree, row);
                for (int head = 0; head < config.heads(); head++) {
                    head(row, head, past);
                }
            }
        }

        private void head(int row, int head, List<Integer> past) {
            int q = head * d;
            int k = keyColumn + head / group * d;
            int v = valueColumn + head / group * d;
            double[] p = new double[past.size()];
            double sum = 0;
            for (int j = 0; j < p.length; j++) {
                double score = 0;
                for (int i = 0; i < d; i++) {
                    score += (double) qkv[row][q + i] * qkv[past.get(j)][k + i];
                }
                p[j] = Math.exp(score / Math.sqrt(d));
                sum += p[j];
            }
            double delta = 0;
            double[] dP = new double[p.length];
            for (int j = 0; j < p.length; j++) {
                p[j] /= sum;
                for (int i = 0; i < d; i++) {
                    attended[row][q + i] += p[j] * qkv[past.get(j)][v + i];
                    dP[j] += (double) dOut[row][q + i] * qkv[past.get(j)][v + i];
                    dQkv[past.get(j)][v + i] += p[j] * dOut[row][q + i];
                }
                delta += p[j] * dP[j];
            }
            for (int j = 0; j < p.length; j++) {
                double dS = p[j] * (dP[j] - delta) / Math.sqrt(d);
                for (int i = 0; i < d; i++) {
                    dQkv[row][q + i] += dS * qkv[past.get(j)][k + i];
                    dQkv[past.get(j)][k + i] += dS * qkv[row][q + i];
                }
            }
        }
    }
}

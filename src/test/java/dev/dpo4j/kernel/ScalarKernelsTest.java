package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arithmetic worked by hand, and what must not be lost: for the scalar kernels and, since it costs nothing, for the vector ones. */
class ScalarKernelsTest {

    static List<Kernels> all() {
        return List.of(new ScalarKernels(2), new ScalarKernels(16), new VectorKernels());
    }

    @ParameterizedTest
    @MethodSource("all")
    void addsAndSumsSquares(Kernels kernels) {
        MemorySegment x = OffHeap.of(1, 2, 3);
        MemorySegment y = OffHeap.of(10, 20, 30);
        kernels.add(x, y, 3);
        assertThat(OffHeap.floats(y)).containsExactly(11, 22, 33);
        assertThat(kernels.sumOfSquares(x, 3)).isEqualTo(14);
    }

    @ParameterizedTest
    @MethodSource("all")
    void sumsSquaresInDouble(Kernels kernels) {
        // (2^15)² + 1² = 2^30 + 1, which float cannot hold
        assertThat(kernels.sumOfSquares(OffHeap.of(32768, 1), 2)).isEqualTo(1073741825.0);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aLargeTermOfAProductRoundsNoTermsBeyondItsChain(Kernels kernels) {
        // 2^24 and a quarter 959 times: floats are 2 apart there, so that 2^24 + 1/4 = 2^24, but the nine chains
        // without it come to 24 each
        int depth = 10 * Kernels.CHAIN;
        MemorySegment a = OffHeap.zeros(7 * depth); // a tile and a row
        for (int i = 0; i < 7 * depth; i++) {
            Floats.put(a, i, i % depth == 0 ? 1 << 24 : 0.25f);
        }
        int columns = kernels.panelColumns();
        MemorySegment ones = OffHeap.zeros(depth * columns);
        for (int i = 0; i < depth * columns; i++) {
            Floats.put(ones, i, 1);
        }
        MemorySegment c = OffHeap.zeros(7 * columns);
        kernels.product(false, a, depth, ones, null, c, columns, 7, depth);
        assertThat(OffHeap.floats(c)).containsOnly((1 << 24) + 9 * 24);
    }

    @ParameterizedTest
    @MethodSource("all")
    void normalizesByTheRootOfTheMeanSquare(Kernels kernels) {
        // mean(1, 49) = 25, so rstd = 1/5
        MemorySegment y = OffHeap.zeros(2);
        MemorySegment rstd = OffHeap.zeros(1);
        kernels.rmsNorm(OffHeap.of(1, 7), OffHeap.of(10, 100), 0, y, rstd, 1, 2);
        assertThat(OffHeap.floats(rstd)).containsExactly(0.2f);
        assertThat(OffHeap.floats(y)).containsExactly(new float[] {2, 140}, within(1e-5f));
    }

    @ParameterizedTest
    @MethodSource("all")
    void turnsElementJWithElementJPlusHalf(Kernels kernels) {
        // position 1 turns the pair (0, 2) by a right angle and the pair (1, 3) not at all
        MemorySegment x = OffHeap.of(1, 2, 3, 4);
        MemorySegment cos = OffHeap.of(9, 9, 0, 1);
        MemorySegment sin = OffHeap.of(9, 9, 1, 0);
        kernels.rope(x, 1, 4, 1, 4, cos, sin, new int[] {0, 1}, 1, false);
        assertThat(OffHeap.floats(x)).containsExactly(-3, 2, 1, 4);
    }

    @ParameterizedTest
    @MethodSource("all")
    void softmaxKeepsOneMoreColumnInEachRow(Kernels kernels) {
        // scale · s = ln 3: p = 1/4 and 3/4, log(1 + 3) = ln 4
        float ln3 = (float) Math.log(3);
        MemorySegment scores = OffHeap.of(0, 5, 5, 0, 2 * ln3, 5);
        MemorySegment lse = OffHeap.zeros(2);
        kernels.softmax(scores, lse, 0.5f, 2, 3, 3, 1);
        assertThat(OffHeap.floats(scores)).containsExactly(new float[] {1, 0, 0, 0.25f, 0.75f, 0}, within(1e-6f));
        assertThat(OffHeap.floats(lse)).containsExactly(new float[] {0, (float) Math.log(4)}, within(1e-6f));
    }

    @ParameterizedTest
    @MethodSource("all")
    void softmaxOfHugeScoresDoesNotOverflow(Kernels kernels) {
        MemorySegment scores = OffHeap.of(3e4f, 3e4f, -3e4f);
        kernels.softmax(scores, OffHeap.zeros(1), 1, 1, 3, 3, 3);
        assertThat(OffHeap.floats(scores)).containsExactly(0.5f, 0.5f, 0);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aMaskedGradientIsZeroWhateverStoodThere(Kernels kernels) {
        MemorySegment scores = OffHeap.of(0.5f, Float.NaN);
        MemorySegment dp = OffHeap.of(4, Float.NaN);
        kernels.softmaxBackward(scores, dp, OffHeap.of(1), OffHeap.of(1), 2, 1, 2, 2, 1);
        assertThat(OffHeap.floats(scores)).containsExactly(1, 0); // exp(2 · 0.5 - 1)
        assertThat(OffHeap.floats(dp)).containsExactly(6, 0); // 2 · 1 · (4 - 1)
    }

    @ParameterizedTest
    @MethodSource("all")
    void dotsRowsOfDifferentStrides(Kernels kernels) {
        MemorySegment out = OffHeap.zeros(2);
        kernels.rowDots(OffHeap.of(1, 2, 9, 3, 4, 9), 3, OffHeap.of(5, 6, 7, 8), 2, out, 2, 2);
        assertThat(OffHeap.floats(out)).containsExactly(17, 53); // 5 + 12, 21 + 32
    }

    @ParameterizedTest
    @MethodSource("all")
    void logProbOfOneOfTwoEqualTokensIsMinusLnTwo(Kernels kernels) {
        MemorySegment logits = OffHeap.of(3, 3);
        double[] logp = new double[1];
        double[] lse = new double[1];
        kernels.logProbs(logits, 1, 2, new int[] {1}, 0, logp, lse, TokenFigures.of(1));
        assertThat(logp[0]).isCloseTo(-Math.log(2), within(1e-15));
        kernels.logProbsBackward(logits, 1, 2, new int[] {1}, 0, lse, new double[] {4});
        assertThat(OffHeap.floats(logits))
                .containsExactly(new float[] {-2, 2}, within(1e-6f)); // 4 (0 - 1/2), 4 (1 - 1/2)
    }

    @ParameterizedTest
    @MethodSource("all")
    void figuresOfARowTellHowSureItIs(Kernels kernels) {
        // p = 1/4, 1/2, 1/4; H = 1/2 ln 4 + 1/2 ln 2; Σ p² = 3/8
        float ln2 = (float) Math.log(2);
        MemorySegment logits = OffHeap.of(5, 5 + ln2, 5, /* */ -2, -2, -2, /* */ -2, -2, -2);
        double[] logp = new double[4];
        TokenFigures figures = TokenFigures.of(4);

        kernels.logProbs(logits, 3, 3, new int[] {9, 1, 0, 2}, 1, logp, new double[4], figures);

        assertThat(logp).containsExactly(new double[] {0, -Math.log(2), -Math.log(3), -Math.log(3)}, within(1e-7));
        assertThat(figures.logSquares())
                .containsExactly(new double[] {0, Math.log(0.375), -Math.log(3), -Math.log(3)}, within(1e-7));
        assertThat(figures.entropy())
                .containsExactly(new double[] {0, 1.5 * Math.log(2), Math.log(3), Math.log(3)}, within(1e-7));
        assertThat(figures.meanLogit()).containsExactly(new double[] {0, 5 + Math.log(2) / 3, -2, -2}, within(1e-6));
        assertThat(figures.greedy()).containsExactly(false, true, true, false);
    }

    @ParameterizedTest
    @MethodSource("all")
    void theGradientOfANearlyCertainTokenDoesNotCancel(Kernels kernels) {
        // p = 1 / (1 + e^-30): 1 - p = 9.4e-14 is far below float's resolution at 1
        MemorySegment logits = OffHeap.of(30, 0);
        kernels.logProbsBackward(
                logits, 1, 2, new int[] {0}, 0, new double[] {30 + Math.log1p(Math.exp(-30))}, new double[] {1});
        assertThat((double) Floats.at(logits, 0) / Math.exp(-30)).isCloseTo(1, within(0.05));
        assertThat((double) Floats.at(logits, 1) / -Math.exp(-30)).isCloseTo(1, within(1e-6));
    }

    @ParameterizedTest
    @MethodSource("all")
    void nanIsNeverHidden(Kernels kernels) {
        int n = 40;
        for (int at : new int[] {0, 17, n - 1}) {
            MemorySegment x = OffHeap.zeros(n);
            Floats.put(x, at, Float.NaN);
            double[] logp = new double[1];
            TokenFigures figures = TokenFigures.of(1);
            kernels.logProbs(x, 1, n, new int[] {3}, 0, logp, new double[1], figures);
            assertThat(logp[0]).isNaN();
            assertThat(figures.entropy()[0]).isNaN();
            assertThat(figures.meanLogit()[0]).isNaN();
            assertThat(figures.greedy()[0]).isFalse();
            assertThat(figures.logSquares()[0]).isNaN();
            assertThat(kernels.sumOfSquares(x, n)).isNaN();

            MemorySegment rstd = OffHeap.zeros(1);
            kernels.rmsNorm(x, x, 1e-5f, OffHeap.zeros(n), rstd, 1, n);
            assertThat(Floats.at(rstd, 0)).isNaN();

            MemorySegment h = OffHeap.zeros(n);
            MemorySegment gateUp = OffHeap.zeros(2 * n);
            Floats.put(gateUp, at, Float.NaN);
            kernels.swiGlu(gateUp, h, 1, n);
            assertThat(Floats.at(h, at)).isNaN();

            MemorySegment w = OffHeap.zeros(n);
            kernels.adamW(w, x, OffHeap.zeros(n), OffHeap.zeros(n), n, 1, 1e-3, 0.9, 0.999, 1e-8, 0, 0.1, 0.001);
            assertThat(Floats.at(w, at)).isNaN();

            kernels.softmax(x, OffHeap.zeros(1), 1, 1, n, n, n);
            assertThat(Floats.at(x, (at + 1) % n)).isNaN();
        }
    }

    @Test
    void refusesLanesThatNoVectorHas() {
        assertThatThrownBy(() -> new ScalarKernels(3)).hasMessage("lanes must be a power of two, at least 2, but is 3");
    }
}

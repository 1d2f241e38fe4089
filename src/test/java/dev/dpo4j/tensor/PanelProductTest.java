package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.ScalarTwin;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PanelProductTest {

    private final Kernels kernels = KernelSelection.best();

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, false",
        "6, 64, 5, true",
        "7, 65, 64, false",
        "203, 130, 97, true",
        "300, 63, 1024, false",
        "197, 190, 1025, true",
        "193, 70, 2500, false"
    })
    void everyElementIsOneChainOfFmaInTheOrderOfTheTerms(int m, int n, int k, boolean add) {
        for (boolean transposeB : new boolean[] {false, true}) {
            try (Case matrices = new Case(m, n, k, transposeB, add)) {
                assertThat(matrices.product(kernels, 2)).isEqualTo(matrices.expected());
            }
        }
    }

    @Test
    void neitherThreadsNorLanesNorTheRowsBesideChangeABit() {
        try (Case matrices = new Case(400, 200, 300, true, false);
                Case fewer = matrices.firstRows(17)) {
            float[] expected = matrices.product(kernels, 1);
            assertThat(matrices.product(kernels, 3)).isEqualTo(expected);
            assertThat(matrices.product(ScalarTwin.of(kernels), 2)).isEqualTo(expected);
            assertThat(fewer.product(kernels, 2)).isEqualTo(Arrays.copyOf(expected, 17 * fewer.ldc));
        }
    }

    @Test
    void suitsWhatIsLargeAndNeedsNoScale() {
        try (Workers workers = new Workers(1)) {
            PanelProduct product = new PanelProduct(kernels, workers);
            PanelProduct scalar = new PanelProduct(ScalarTwin.of(kernels), workers);
            assertThat(product.suits(false, 1141, 576, 576, 1, 0)).isEqualTo(kernels.fastProducts());
            assertThat(product.suits(false, 1141, 576, 576, 1, 1)).isEqualTo(kernels.fastProducts());
            assertThat(scalar.suits(false, 1141, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(true, 1141, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 576, 2, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 576, 1, 2)).isFalse();
            assertThat(product.suits(false, 100, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 16, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 16, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 49_152, 1, 0)).isFalse();
        }
    }

    /** C = A op(B), or C += A op(B), with gaps between the rows of all three. */
    private static final class Case implements AutoCloseable {

        private final FloatArena arena = new FloatArena();
        private final int m;
        private final int n;
        private final int k;
        private final boolean transposeB;
        private final boolean add;
        private final int lda;
        private final int ldb;
        private final int ldc;
        private final MemorySegment a;
        private final MemorySegment b;
        private final float[] before;

        Case(int m, int n, int k, boolean transposeB, boolean add) {
            this.m = m;
            this.n = n;
            this.k = k;
            this.transposeB = transposeB;
            this.add = add;
            this.lda = k + 3;
            this.ldb = (transposeB ? k : n) + 5;
            this.ldc = n + 7;
            Random random = new Random(m + 31L * n + 1009L * k);
            this.a = BlasTest.random(arena, random, m * lda);
            this.b = BlasTest.random(arena, random, (transposeB ? n : k) * ldb);
            this.before = BlasTest.random(arena, random, m * ldc).toArray(ValueLayout.JAVA_FLOAT);
        }

        /** The same with the first rows of A and C alone. */
        Case firstRows(int rows) {
            Case first = new Case(rows, n, k, transposeB, add);
            MemorySegment.copy(a, 0, first.a, 0, first.a.byteSize());
            MemorySegment.copy(b, 0, first.b, 0, b.byteSize());
            System.arraycopy(before, 0, first.before, 0, first.before.length);
            return first;
        }

        float[] product(Kernels kernels, int threads) {
            MemorySegment c = arena.vector(before.length);
            MemorySegment.copy(before, 0, c, ValueLayout.JAVA_FLOAT, 0, before.length);
            try (Workers workers = new Workers(threads)) {
                new PanelProduct(kernels, workers).product(transposeB, m, n, k, a, lda, b, ldb, add, c, ldc);
            }
            return c.toArray(ValueLayout.JAVA_FLOAT);
        }

        float[] expected() {
            float[] c = before.clone();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = add ? c[i * ldc + j] : 0;
                    for (int p = 0; p < k; p++) {
                        sum = Math.fma(
                                element(a, i * lda + p), element(b, transposeB ? j * ldb + p : p * ldb + j), sum);
                    }
                    c[i * ldc + j] = sum;
                }
            }
            return c;
        }

        private static float element(MemorySegment segment, int index) {
            return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}

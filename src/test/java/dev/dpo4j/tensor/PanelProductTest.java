package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.ScalarTwin;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
    void everyElementIsTheSumOfItsBlocksOfTermsInTheirOrder(int m, int n, int k, boolean add) {
        for (boolean transposeB : new boolean[] {false, true}) {
            try (ProductCase matrices = new ProductCase(m, n, k, false, transposeB, add)) {
                assertThat(product(matrices, kernels, 2)).isEqualTo(matrices.expected(PanelProduct.DEPTH));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "7, 65, 96", "203, 130, 97", "101, 63, 768", "193, 70, 2500"})
    void addsToADOfItsOwnAsToC(int m, int n, int k) {
        try (ProductCase matrices = new ProductCase(m, n, k, false, true, true)) {
            float[] expected = matrices.expected(PanelProduct.DEPTH);
            assertThat(fromD(matrices, kernels)).isEqualTo(expected);
            assertThat(fromD(matrices, ScalarTwin.of(kernels))).isEqualTo(expected);
        }
    }

    /** As the residual stream is, to which a layer adds little. */
    @Test
    void whatIsAddedToALargeNumberIsNotRoundedTermByTerm() {
        try (ProductCase matrices = new ProductCase(96, 64, 1000, false, true, true)) {
            matrices.raise(1e6f);
            float[] result = product(matrices, kernels, 2);
            double[] exact = matrices.exact();
            for (int i = 0; i < result.length; i++) {
                // Half a unit for the one addition, and less than another half for the terms among themselves.
                assertThat((double) result[i]).isCloseTo(exact[i], within((double) Math.ulp(1e6f)));
            }
        }
    }

    @Test
    void neitherThreadsNorLanesNorTheRowsBesideChangeABit() {
        try (ProductCase matrices = new ProductCase(400, 200, 300, false, true, false);
                ProductCase fewer = matrices.firstRows(17)) {
            float[] expected = product(matrices, kernels, 1);
            assertThat(product(matrices, kernels, 3)).isEqualTo(expected);
            assertThat(product(matrices, ScalarTwin.of(kernels), 2)).isEqualTo(expected);
            assertThat(product(fewer, kernels, 2)).isEqualTo(Arrays.copyOf(expected, 17 * fewer.ldc()));
        }
    }

    @Test
    void suitsWhatIsLargeAndNeedsNoScale() {
        try (Workers workers = new Workers(1)) {
            PanelProduct product = new PanelProduct(kernels, workers);
            PanelProduct scalar = new PanelProduct(ScalarTwin.withoutProducts(kernels), workers);
            assertThat(product.suits(false, 1141, 576, 576, 1, 0)).isEqualTo(kernels.fastProducts());
            assertThat(product.suits(false, 1141, 576, 576, 1, 1)).isEqualTo(kernels.fastProducts());
            assertThat(scalar.suits(false, 1141, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(true, 1141, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 576, 2, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 576, 1, 2)).isFalse();
            assertThat(product.suits(false, 100, 576, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 16, 576, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 16, 1, 0)).isFalse();
            assertThat(product.suits(false, 1141, 576, 49_152, 1, 0)).isEqualTo(kernels.fastProducts());
        }
    }

    private static float[] fromD(ProductCase matrices, Kernels kernels) {
        return matrices.result((m, n, k, a, lda, b, ldb, c, ldc) -> {
            try (Workers workers = new Workers(2);
                    FloatArena arena = new FloatArena()) {
                MemorySegment d = arena.vector(m * ldc).copyFrom(c);
                new PanelProduct(kernels, workers).product(true, m, n, k, a, lda, b, ldb, d, c, ldc);
            }
        });
    }

    private static float[] product(ProductCase matrices, Kernels kernels, int threads) {
        return matrices.result((m, n, k, a, lda, b, ldb, c, ldc) -> {
            try (Workers workers = new Workers(threads)) {
                new PanelProduct(kernels, workers)
                        .product(matrices.transposeB(), m, n, k, a, lda, b, ldb, matrices.add() ? c : null, c, ldc);
            }
        });
    }
}

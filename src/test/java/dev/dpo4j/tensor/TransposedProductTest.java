package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.ScalarTwin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposedProductTest {

    private final Kernels kernels = KernelSelection.best();

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, false",
        "6, 64, 5, true",
        "7, 65, 64, false",
        "203, 130, 97, true",
        "193, 63, 1152, false",
        "97, 190, 1153, true",
        "64, 70, 2500, false",
        "13, 2111, 30, true"
    })
    void everyElementIsOneChainOfFmaForEachBlockOfTerms(int m, int n, int k, boolean add) {
        try (ProductCase matrices = new ProductCase(m, n, k, true, false, add)) {
            assertThat(product(matrices, kernels, 2)).isEqualTo(matrices.expected(TransposedProduct.DEPTH));
        }
    }

    @Test
    void neitherThreadsNorLanesChangeABit() {
        try (ProductCase matrices = new ProductCase(400, 200, 300, true, false, true)) {
            float[] expected = product(matrices, kernels, 1);
            assertThat(product(matrices, kernels, 3)).isEqualTo(expected);
            assertThat(product(matrices, ScalarTwin.of(kernels), 2)).isEqualTo(expected);
        }
    }

    @Test
    void memoryGrowsWithTheProducts() {
        try (Workers workers = new Workers(2);
                ProductCase small = new ProductCase(70, 64, 64, true, false, false);
                ProductCase large = new ProductCase(70, 640, 300, true, false, false)) {
            TransposedProduct product = new TransposedProduct(kernels, workers);
            assertThat(product(small, product)).isEqualTo(small.expected(TransposedProduct.DEPTH));
            assertThat(product(large, product)).isEqualTo(large.expected(TransposedProduct.DEPTH));
            assertThat(product(small, product)).isEqualTo(small.expected(TransposedProduct.DEPTH));
        }
    }

    @Test
    void suitsWhatIsLargeAndNeedsNoScale() {
        try (Workers workers = new Workers(1)) {
            TransposedProduct product = new TransposedProduct(kernels, workers);
            TransposedProduct scalar = new TransposedProduct(ScalarTwin.withoutProducts(kernels), workers);
            assertThat(product.suits(true, false, 576, 960, 1141, 1, 1)).isEqualTo(kernels.fastProducts());
            assertThat(product.suits(true, false, 576, 960, 1141, 1, 0)).isEqualTo(kernels.fastProducts());
            assertThat(scalar.suits(true, false, 576, 960, 1141, 1, 1)).isFalse();
            assertThat(product.suits(false, false, 576, 960, 1141, 1, 1)).isFalse();
            assertThat(product.suits(true, true, 576, 960, 1141, 1, 1)).isFalse();
            assertThat(product.suits(true, false, 576, 960, 1141, 2, 1)).isFalse();
            assertThat(product.suits(true, false, 576, 960, 1141, 1, 2)).isFalse();
            assertThat(product.suits(true, false, 16, 960, 1141, 1, 1)).isFalse();
            assertThat(product.suits(true, false, 576, 16, 1141, 1, 1)).isFalse();
            assertThat(product.suits(true, false, 576, 960, 100, 1, 1)).isFalse();
        }
    }

    private static float[] product(ProductCase matrices, Kernels kernels, int threads) {
        try (Workers workers = new Workers(threads)) {
            return product(matrices, new TransposedProduct(kernels, workers));
        }
    }

    private static float[] product(ProductCase matrices, TransposedProduct product) {
        return matrices.result(
                (m, n, k, a, lda, b, ldb, c, ldc) -> product.product(m, n, k, a, lda, b, ldb, matrices.add(), c, ldc));
    }
}

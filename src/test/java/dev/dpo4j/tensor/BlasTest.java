package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlasTest {

    @Test
    void namesItsCoreAndVersion() {
        assertThat(Blas.core()).contains("OpenBLAS 0.3.31");
    }

    @Test
    void multipliesRowMajorWithEveryTransposition() {
        // A = [1 2 3; 4 5 6], B = [1 0; 0 1; 1 1]: A B = [4 5; 10 11]; twice that plus three times ones
        try (FloatArena arena = new FloatArena()) {
            MemorySegment a = segment(arena, 1, 2, 3, 4, 5, 6);
            MemorySegment aT = segment(arena, 1, 4, 2, 5, 3, 6);
            MemorySegment b = segment(arena, 1, 0, 0, 1, 1, 1);
            MemorySegment bT = segment(arena, 1, 0, 1, 0, 1, 1);
            for (boolean ta : new boolean[] {false, true}) {
                for (boolean tb : new boolean[] {false, true}) {
                    MemorySegment c = segment(arena, 1, 1, 1, 1);
                    Blas.sgemm(ta, tb, 2, 2, 3, 2, ta ? aT : a, ta ? 2 : 3, tb ? bT : b, tb ? 3 : 2, 3, c, 2);
                    assertThat(c.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(11, 13, 23, 25);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1300, 100",
        "1, 3000, 32",
        "15, 22016, 128",
        "15, 128, 11008",
        "16, 129, 33",
        "31, 1001, 77",
        "64, 300, 1536",
        "127, 97, 1111",
        "128, 3072, 576",
        "129, 97, 100"
    })
    void multipliesFewRowsByTransposedWeightsInPieces(int m, int n, int k) {
        try (FloatArena arena = new FloatArena()) {
            Random random = new Random(m + 31L * n + 1009L * k);
            int lda = k + 3;
            int ldb = k + 5;
            int ldc = n + 7;
            MemorySegment a = random(arena, random, m * lda);
            MemorySegment b = random(arena, random, n * ldb);
            MemorySegment c = random(arena, random, m * ldc);
            float[] before = c.toArray(ValueLayout.JAVA_FLOAT);
            Blas.sgemm(false, true, m, n, k, 0.5f, a, lda, b, ldb, 2, c, ldc);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < ldc; j++) {
                    float was = before[i * ldc + j];
                    double product = j < n ? 0.5 * dot(a, i * lda, b, j * ldb, k) + 2 * was : was;
                    float is = c.getAtIndex(ValueLayout.JAVA_FLOAT, i * ldc + j);
                    if (Math.abs(is - product) > (j < n ? 2e-6 * k : 0)) { // an assertion for each would take minutes
                        assertThat((double) is).as("row %d, column %d", i, j).isEqualTo(product);
                    }
                }
            }
        }
    }

    private static double dot(MemorySegment a, int fromA, MemorySegment b, int fromB, int k) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += (double) a.getAtIndex(ValueLayout.JAVA_FLOAT, fromA + i)
                    * b.getAtIndex(ValueLayout.JAVA_FLOAT, fromB + i);
        }
        return sum;
    }

    private static MemorySegment segment(FloatArena arena, float... values) {
        MemorySegment segment = arena.vector(values.length);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
        return segment;
    }

    static MemorySegment random(FloatArena arena, Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return segment(arena, values);
    }
}

package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

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

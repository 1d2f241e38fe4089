package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class FloatArenaTest {

    private static final int LARGE = 1 << 20; // its memory is mapped by itself

    @Test
    void theArrayAndTheSegmentAreTheSameMemory() {
        try (FloatArena arena = new FloatArena()) {
            Matrix matrix = arena.matrix(2, 3);

            matrix.segment().setAtIndex(ValueLayout.JAVA_FLOAT, 5, 7);
            matrix.array().putScalar(0, 1, 8);

            assertThat(matrix.array().getFloat(1, 2)).isEqualTo(7);
            assertThat(matrix.segment().getAtIndex(ValueLayout.JAVA_FLOAT, 1)).isEqualTo(8);
            assertThat(matrix.array().data().address())
                    .isEqualTo(matrix.segment().address());
            assertThat(matrix.segment().byteSize()).isEqualTo(6 * Float.BYTES);
        }
    }

    @Test
    void aMatrixBeginsWithZerosThoughItsMemoryWasUsed() {
        for (int size : new int[] {5, LARGE}) {
            try (FloatArena used = new FloatArena()) {
                used.uninitialised(1, size).segment().fill((byte) 1);
            }
            try (FloatArena arena = new FloatArena()) {
                assertThat(arena.matrix(1, size).segment().toArray(ValueLayout.JAVA_FLOAT))
                        .containsOnly(0);
            }
        }
    }

    @Test
    void rowsOfWholeVectorsLieInWholeCacheLines() {
        try (FloatArena arena = new FloatArena()) {
            for (int size : new int[] {1, 17, LARGE}) {
                assertThat(arena.uninitialised(1, size).segment().address() % 64)
                        .isZero();
            }
        }
    }

    /** As when the memory runs out in the middle of a constructor: nobody has what could be closed. */
    @Test
    void whatCannotGiveMoreHasFreedWhatItGave() {
        FloatArena arena = new FloatArena();
        arena.matrix(1, LARGE);
        for (int cols = 1; cols <= 2; cols++) {
            arena.uninitialised(10, cols);
        }

        assertThatThrownBy(() -> arena.matrix(Integer.MAX_VALUE, LARGE)).isInstanceOf(OutOfMemoryError.class);

        assertThat(arena.bytes()).isZero();
        assertThatThrownBy(() -> arena.vector(4)).isInstanceOf(IllegalStateException.class);
        arena.close();
    }

    @Test
    void whatHasBeenFreedGivesNothingMore() {
        FloatArena arena = new FloatArena();
        arena.vector(4);
        assertThat(arena.bytes()).isEqualTo(4 * Float.BYTES);
        arena.close();

        assertThat(arena.bytes()).isZero();
        assertThatThrownBy(() -> arena.vector(4)).isInstanceOf(IllegalStateException.class);
    }
}

package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.kernel.ScalarTwin;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums of small whole numbers, which are exact in any order. */
class OrderedMatrixTest {

    private static final int DEPTH = 21;
    private static final int COLUMNS = 150; // of three panels at most, the last one not full
    private static final int STRIDE = 170;

    @AutoClose
    private final FloatArena arena = new FloatArena();

    private final Random random = new Random(7);

    static Stream<Kernels> all() {
        return Stream.of(KernelSelection.best(), ScalarTwin.withoutProducts(KernelSelection.best()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void rowsPutOneAfterAnotherAreTheMatrix(Kernels kernels) {
        Matrix b = random(DEPTH, STRIDE);
        OrderedMatrix ordered = ordered(kernels);
        ordered.putRows(0, b.segment(), STRIDE, 4, COLUMNS);
        ordered.putRows(4, b.fromRow(4), STRIDE, DEPTH - 4, COLUMNS);
        assertProducts(ordered, b, false);
    }

    @ParameterizedTest
    @MethodSource("all")
    void rowsPutAsColumnsAreItsTranspose(Kernels kernels) {
        Matrix b = random(COLUMNS, DEPTH + 3);
        OrderedMatrix ordered = ordered(kernels);
        ordered.putColumns(0, b.segment(), DEPTH + 3, 37, DEPTH);
        ordered.putColumns(37, b.fromRow(37), DEPTH + 3, COLUMNS - 37, DEPTH);
        assertProducts(ordered, b, true);
    }

    private OrderedMatrix ordered(Kernels kernels) {
        Matrix memory = arena.uninitialised(DEPTH, OrderedMatrix.wholePanels(COLUMNS));
        return new OrderedMatrix(kernels, memory.segment(), DEPTH, COLUMNS);
    }

    /** All of it, and some of its rows and columns; A as it lies and turned over; written and added to. */
    private void assertProducts(OrderedMatrix ordered, Matrix b, boolean transposeB) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean add : new boolean[] {false, true}) {
                assertProduct(ordered, b, transposeB, transposeA, add, 13, 0, DEPTH, 0, COLUMNS);
                assertProduct(ordered, b, transposeB, transposeA, add, 12, 5, 9, 64, 70);
            }
        }
    }

    private void assertProduct(
            OrderedMatrix ordered,
            Matrix b,
            boolean transposeB,
            boolean transposeA,
            boolean add,
            int rows,
            int firstTerm,
            int terms,
            int firstColumn,
            int columns) {
        Matrix a = transposeA ? random(terms, rows + 2) : random(rows, terms + 2);
        Matrix c = random(rows, OrderedMatrix.wholePanels(columns) + 16);
        float[][] expected = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                float sum = add ? at(c, i, j) : 0;
                for (int p = 0; p < terms; p++) {
                    float ofA = transposeA ? at(a, p, i) : at(a, i, p);
                    int row = firstTerm + p;
                    int column = firstColumn + j;
                    sum += ofA * (transposeB ? at(b, column, row) : at(b, row, column));
                }
                expected[i][j] = sum;
            }
        }
        ordered.product(
                transposeA,
                a.segment(),
                a.cols(),
                rows,
                firstTerm,
                terms,
                firstColumn,
                columns,
                add,
                c.segment(),
                c.cols());
        for (int i = 0; i < rows; i++) {
            MemorySegment row = c.fromRow(i).asSlice(0, (long) columns * Float.BYTES);
            assertThat(row.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(expected[i]);
        }
    }

    private Matrix random(int rows, int cols) {
        Matrix matrix = arena.uninitialised(rows, cols);
        for (long i = 0; i < matrix.size(); i++) {
            matrix.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextInt(-9, 10));
        }
        return matrix;
    }

    private static float at(Matrix matrix, int row, int col) {
        return matrix.from(row, col).get(ValueLayout.JAVA_FLOAT, 0);
    }
}

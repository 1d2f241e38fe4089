package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorKernelsTest {

    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels(Vectors.LANES);

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 6, 8, 13, 31, 64, 207, 576, 702, 1536, 4098})
    void everyKernelGivesTheBitsOfItsScalarTwin(int width) {
        Map<String, long[]> expected = EveryKernel.outputs(scalar, width);
        Map<String, long[]> actual = EveryKernel.outputs(vector, width);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((kernel, bits) -> assertThat(bits).as(kernel).containsExactly(expected.get(kernel)));
    }

    @Test
    void noKernelIsForgottenInTheComparison() {
        Set<String> compared = EveryKernel.outputs(scalar, 13).keySet();
        for (Method kernel : Kernels.class.getDeclaredMethods()) {
            if (kernel.getParameterCount() > 0) {
                assertThat(compared).anyMatch(name -> (name + " ").startsWith(kernel.getName() + " "));
            }
        }
    }

    @Test
    void expGivesTheBitsOfItsScalarTwinForEveryKindOfFloat() {
        Random random = new Random(5);
        int n = 1 << 16;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i < n / 2 ? Float.intBitsToFloat(random.nextInt()) : (random.nextFloat() - 0.5f) * 220;
        }
        float[] special = {
            0f,
            -0f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            88.72284f,
            -103.97208f
        };
        System.arraycopy(special, 0, x, 0, special.length);

        float[] actual = new float[n];
        for (int i = 0; i < n; i += Vectors.LANES) {
            VectorExp.exp(FloatVector.fromArray(Vectors.SPECIES, x, i)).intoArray(actual, i);
        }

        for (int i = 0; i < n; i++) {
            assertThat(Float.floatToIntBits(actual[i]))
                    .as("exp(%s)", x[i])
                    .isEqualTo(Float.floatToIntBits(Exp.exp(x[i])));
        }
    }

    @Test
    void rowsBetweenTheStridesAreLeftAlone() {
        MemorySegment scores = OffHeap.of(1, 2, -7, 3, 4, -7);
        vector.softmax(scores, OffHeap.zeros(2), 1, 2, 3, 2, 2);
        assertThat(OffHeap.floats(scores)[2]).isEqualTo(-7);
        assertThat(OffHeap.floats(scores)[5]).isEqualTo(-7);
    }

    @Test
    void aProductRefusesMatricesOnTheHeap() {
        MemorySegment offHeap = OffHeap.zeros(6 * vector.panelColumns());
        MemorySegment heap = MemorySegment.ofArray(new float[6 * vector.panelColumns()]);
        int columns = vector.panelColumns();
        assertThatThrownBy(() -> vector.product(false, heap, 1, offHeap, null, offHeap, columns, 6, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vector.product(false, offHeap, 1, heap, null, offHeap, columns, 6, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProductReadsNothingBesideItsMatrices() {
        int columns = vector.panelColumns();
        MemorySegment a = OffHeap.zeros(6 * 3);
        MemorySegment b = OffHeap.zeros(3 * columns);
        MemorySegment c = OffHeap.zeros(6 * columns);
        assertThatThrownBy(() -> vector.product(false, a, 3, b, null, c, columns, 6, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.product(false, a, 4, b, null, c, columns, 6, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.product(false, a, -3, b, null, c, columns, 6, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.product(false, a, 3, b, null, c, columns, 7, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.product(false, a, 3, b, c, c, columns + 1, 6, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aCopyStaysWithinItsMatrices() {
        MemorySegment six = OffHeap.zeros(6);
        MemorySegment five = OffHeap.zeros(5);
        assertThatThrownBy(() -> vector.copy(five, 3, 2, 3, six, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.copy(six, 3, 2, 3, five, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.copy(MemorySegment.ofArray(new float[6]), 3, 2, 3, six, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vector.copy(six, -3, 2, 3, six, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        vector.copy(five, 3, 2, 2, six, 4);
        vector.copy(five, 3, 0, 2, six, 4);
    }

    @Test
    void aBufferOfManyBlocksSumsLikeItsScalarTwin() {
        int n = 3 * LaneOrder.BLOCK + 17;
        MemorySegment x = OffHeap.gaussian(new Random(11), n, 1);
        assertThat(vector.sumOfSquares(x, n))
                .isEqualTo(scalar.sumOfSquares(x, n))
                .isBetween(n * 0.97, n * 1.03);
    }
}

package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DoRA's forward pass with dropout, written out as PEFT's {@code DoraLinearVariant.forward} and {@code DoraLinearLayer.forward} have it. */
class DoraLinearTest {

    private static final int ROWS = 150; // more than are dropped from at a time

    /** Of the layer's queries, keys and values, which are written, and of its output, which is added to what is there. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void dropoutIsOfTheWholeUpdateAndNotOfTheBase(boolean qkv) {
        LlamaConfig config = TinyLlama.UNTIED;
        try (Compute compute = new Compute(KernelSelection.best(), 2);
                LlamaWeights weights = TinyLlama.weights(config, 1);
                LoraWeights lora = TinyLlama.adapter(config, TinyLlama.DORA, 2);
                Dropout dropout = new Dropout(lora, 0.3);
                FloatArena arena = new FloatArena()) {
            Matrix w = qkv ? weights.layer(0).qkv() : weights.layer(0).output();
            List<LoraWeights.Adapter> adapters =
                    qkv ? lora.layer(0).qkv() : lora.layer(0).output();
            DoraNorms norms = lora.norms(weights, compute);
            Matrix x = random(arena, ROWS, w.cols());
            Matrix y = random(arena, ROWS, w.rows());
            float[] before = y.segment().toArray(ValueLayout.JAVA_FLOAT);
            Matrix z = arena.uninitialised(ROWS, w.rows());
            Matrix u = arena.uninitialised(ROWS, 3);
            dropout.begin(7);

            DoraLinear.forward(
                    compute,
                    w,
                    adapters,
                    norms,
                    dropout,
                    u.segment(),
                    z.segment(),
                    x.segment(),
                    ROWS,
                    qkv ? null : y.segment(),
                    y.segment());

            Matrix identity = arena.matrix(w.cols(), w.cols());
            for (int i = 0; i < w.cols(); i++) {
                identity.from(i, i).set(ValueLayout.JAVA_FLOAT, 0, 1);
            }
            Matrix kept = arena.uninitialised(ROWS, w.cols()); // what is left of x
            for (LoraWeights.Adapter adapter : adapters) {
                dropout.product(compute, adapter, x.segment(), ROWS, identity.segment(), w.cols(), kept.segment());
                Matrix magnitude = Objects.requireNonNull(adapter.magnitude());
                for (int row : new int[] {0, 1, 127, 128, 149}) {
                    for (int out = 0; out < adapter.b().rows(); out++) {
                        int column = adapter.column() + out;
                        double gain = at(magnitude, 0, out) / norm(w, column, adapter, out);
                        double base = dot(w, column, x, row);
                        double expected = base
                                + (gain - 1) * dot(w, column, kept, row)
                                + gain * adapter.scale() * update(adapter, out, kept, row);
                        double added = at(y, row, column) - (qkv ? 0 : before[row * w.rows() + column]);
                        assertThat(added).isCloseTo(expected, within(1e-5));
                    }
                }
            }
        }
    }

    private static double norm(Matrix w, int row, LoraWeights.Adapter adapter, int out) {
        double squares = 0;
        for (int i = 0; i < w.cols(); i++) {
            double value = at(w, row, i);
            for (int k = 0; k < adapter.a().rows(); k++) {
                value += (double) adapter.scale() * at(adapter.b(), out, k) * at(adapter.a(), k, i);
            }
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    private static double update(LoraWeights.Adapter adapter, int out, Matrix x, int row) {
        double sum = 0;
        for (int k = 0; k < adapter.a().rows(); k++) {
            sum += at(adapter.b(), out, k) * dot(adapter.a(), k, x, row);
        }
        return sum;
    }

    private static double dot(Matrix a, int rowOfA, Matrix b, int rowOfB) {
        double sum = 0;
        for (int i = 0; i < a.cols(); i++) {
            sum += (double) at(a, rowOfA, i) * at(b, rowOfB, i);
        }
        return sum;
    }

    private static float at(Matrix matrix, int row, int column) {
        return matrix.from(row, column).get(ValueLayout.JAVA_FLOAT, 0);
    }

    private static Matrix random(FloatArena arena, int rows, int cols) {
        Random random = new Random(rows + cols);
        Matrix matrix = arena.uninitialised(rows, cols);
        for (long i = 0; i < matrix.size(); i++) {
            matrix.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return matrix;
    }
}

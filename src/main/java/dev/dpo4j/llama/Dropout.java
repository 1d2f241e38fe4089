package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Dropout of what enters an adapter in a training pass, PEFT's {@code lora_dropout}: {@code u = (x ⊙ m) Aᵀ}, each m being 0 with probability p and
 * {@code 1 / (1 - p)} otherwise (Srivastava et al., JMLR 15, 2014). Nothing of m is kept: it is a function of the pass's key, the adapter, the row
 * and the column, so a backward pass, a layer that is computed again and a run that is resumed have the same.
 *
 * <p>Of rows that several answers share, m is the same for all of them.
 */
public final class Dropout implements AutoCloseable {

    /** Rows that are dropped from at a time, which is what the scratch memory holds. */
    private static final int CHUNK = 128;

    /** 2⁶⁴ divided by the golden ratio: what SplitMix64 counts in (Steele et al., OOPSLA 2014). */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private static final double FROM_53_BITS = 0x1.0p-53;

    private final double p;
    private final float kept;
    private final FloatArena arena = new FloatArena();
    private final Matrix scratch; // (CHUNK, widest input)
    private long key;

    /**
     * For the adapters of a model.
     *
     * @param p the probability with which a value is dropped, over 0 and below 1
     */
    public Dropout(LoraWeights lora, double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("lora_dropout must be between 0 and 1, not " + p);
        }
        this.p = p;
        this.kept = (float) (1 / (1 - p));
        int widest = lora.adapted().stream()
                .mapToInt(adapted -> adapted.linear().in())
                .max()
                .orElse(0);
        this.scratch = arena.uninitialised(CHUNK, widest);
    }

    /** Begins a forward pass and the backward pass that may follow it: the same numbers, in their order, the same masks. */
    public void begin(long... pass) {
        key = 0;
        for (long number : pass) {
            key = mixed(key + GOLDEN + number);
        }
    }

    /** {@code u = (x ⊙ m) Aᵀ}. */
    void forward(Compute compute, LoraWeights.Adapter adapter, MemorySegment x, int rows, MemorySegment u) {
        product(compute, adapter, x, rows, adapter.a().segment(), adapter.a().rows(), u);
    }

    /** {@code y = (x ⊙ m) Wᵀ} with the adapter's m; W is (out, in), y (rows, out). */
    void product(
            Compute compute,
            LoraWeights.Adapter adapter,
            MemorySegment x,
            int rows,
            MemorySegment w,
            int out,
            MemorySegment y) {
        int in = adapter.a().cols();
        for (int from = 0; from < rows; from += CHUNK) {
            int n = Math.min(CHUNK, rows - from);
            masked(compute, adapter, x, from, n);
            compute.gemm(
                    false, true, n, out, in, 1, scratch.segment(), in, w, in, 0, Matrix.fromRow(y, from, out), out);
        }
    }

    /** {@code dA += duᵀ (x ⊙ m)}, and u as {@link #forward} made it. */
    void gradientOfA(
            Compute compute,
            LoraWeights.Adapter adapter,
            MemorySegment x,
            int rows,
            MemorySegment du,
            MemorySegment u,
            Matrix dA) {
        int in = adapter.a().cols();
        int r = adapter.a().rows();
        for (int from = 0; from < rows; from += CHUNK) {
            int n = Math.min(CHUNK, rows - from);
            masked(compute, adapter, x, from, n);
            MemorySegment dropped = scratch.segment();
            compute.gemm(
                    false, true, n, r, in, 1, dropped, in, adapter.a().segment(), in, 0, Matrix.fromRow(u, from, r), r);
            compute.gemm(true, false, r, in, n, 1, Matrix.fromRow(du, from, r), r, dropped, in, 1, dA.segment(), in);
        }
    }

    /** {@code dx += (du A) ⊙ m}. */
    void gradientOfInput(Compute compute, LoraWeights.Adapter adapter, MemorySegment du, int rows, MemorySegment dx) {
        addProduct(compute, adapter, du, adapter.a().rows(), adapter.a().segment(), rows, dx);
    }

    /** {@code dx += (dy W) ⊙ m} with the adapter's m; W is (out, in), dy (rows, out). */
    void addProduct(
            Compute compute,
            LoraWeights.Adapter adapter,
            MemorySegment dy,
            int out,
            MemorySegment w,
            int rows,
            MemorySegment dx) {
        int in = adapter.a().cols();
        for (int from = 0; from < rows; from += CHUNK) {
            int n = Math.min(CHUNK, rows - from);
            MemorySegment gradient = scratch.segment();
            compute.gemm(false, false, n, in, out, 1, Matrix.fromRow(dy, from, out), out, w, in, 0, gradient, in);
            int first = from;
            long ofAdapter = mixed(key + adapter.index());
            compute.rows(n, in, (begin, end) -> {
                for (int row = begin; row < end; row++) {
                    long ofRow = mixed(ofAdapter + first + row);
                    for (int column = 0; column < in; column++) {
                        long i = (long) row * in + column;
                        long target = (long) (first + row) * in + column;
                        float value = dx.getAtIndex(ValueLayout.JAVA_FLOAT, target)
                                + factor(ofRow, column) * gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                        dx.setAtIndex(ValueLayout.JAVA_FLOAT, target, value);
                    }
                }
            });
        }
    }

    /** Writes {@code x ⊙ m} of some rows into the scratch memory. */
    private void masked(Compute compute, LoraWeights.Adapter adapter, MemorySegment x, int from, int rows) {
        int in = adapter.a().cols();
        long ofAdapter = mixed(key + adapter.index());
        MemorySegment dropped = scratch.segment();
        compute.rows(rows, in, (begin, end) -> {
            for (int row = begin; row < end; row++) {
                long ofRow = mixed(ofAdapter + from + row);
                for (int column = 0; column < in; column++) {
                    float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) (from + row) * in + column);
                    dropped.setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * in + column, factor(ofRow, column) * value);
                }
            }
        });
    }

    /** 0 or {@code 1 / (1 - p)}. */
    private float factor(long ofRow, int column) {
        return (mixed(ofRow + column * GOLDEN) >>> 11) * FROM_53_BITS < p ? 0 : kept;
    }

    /** SplitMix64's mixing: every bit of the input moves half of the output's. */
    private static long mixed(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    @Override
    public void close() {
        arena.close();
    }
}

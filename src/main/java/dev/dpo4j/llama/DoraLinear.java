package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer without bias under a DoRA (Liu et al., arXiv 2402.09353): {@code y = g ⊙ (x Wᵀ + scale · (x Aᵀ) Bᵀ)} with {@code g = m / ‖W + scale · B A‖}
 * row by row, the norm being a constant to the backward pass. With dropout it is PEFT's {@code y = x Wᵀ + (g - 1) ⊙ x' Wᵀ + scale · g ⊙ (x' Aᵀ) Bᵀ}, x'
 * being what is left of x.
 */
final class DoraLinear {

    private DoraLinear() {}

    /**
     * As {@link Linear#forward}, with at least one adapter.
     *
     * @param norms of the rows of W + scale · B A
     * @param z (T, widest adapter's out) scratch, not read without addend and dropout; (T, out) with an addend
     */
    static void forward(
            Compute compute,
            Matrix w,
            List<LoraWeights.Adapter> adapters,
            DoraNorms norms,
            @Nullable Dropout dropout,
            MemorySegment u,
            MemorySegment z,
            MemorySegment x,
            int rows,
            @Nullable MemorySegment addend,
            MemorySegment y) {
        int out = w.rows();
        if (dropout != null) {
            Linear.forward(compute, w, List.of(), null, u, x, rows, addend, y);
            for (LoraWeights.Adapter adapter : adapters) {
                int n = adapter.b().rows();
                int r = adapter.b().cols();
                float[] gain = gain(adapter, norms);
                dropout.product(compute, adapter, x, rows, part(w, adapter), n, z);
                addTimes(compute, z, minusOne(gain), rows, n, y, out, adapter.column());
                dropout.forward(compute, adapter, x, rows, u);
                compute.gemm(
                        false,
                        true,
                        rows,
                        n,
                        r,
                        adapter.scale(),
                        u,
                        r,
                        adapter.b().segment(),
                        r,
                        0,
                        z,
                        n);
                addTimes(compute, z, gain, rows, n, y, out, adapter.column());
            }
            return;
        }
        Linear.forward(compute, w, adapters, null, u, x, rows, null, addend == null ? y : z);
        if (addend != null) {
            compute.copy(addend, y, rows, out);
        }
        for (LoraWeights.Adapter adapter : adapters) {
            float[] gain = gain(adapter, norms);
            if (addend == null) {
                times(compute, y, out, adapter.column(), gain, rows, gain.length, y, out, adapter.column());
            } else { // an adapter that is on all of the matrix
                addTimes(compute, z, gain, rows, gain.length, y, out, adapter.column());
            }
        }
    }

    /**
     * The gradients of everything that {@link #forward} read but the norms, with the same dropout.
     *
     * @param dW (out, in), the gradient of the merged weights g ⊙ (W + scale · B A), which is not W's; null when the matrix is frozen
     * @param z (T, widest adapter's out) scratch
     * @param scaled (T, out) scratch for g ⊙ dy; dy itself when nobody reads it afterwards
     */
    static void backward(
            Compute compute,
            Matrix w,
            List<LoraWeights.Adapter> adapters,
            DoraNorms norms,
            @Nullable Dropout dropout,
            MemorySegment u,
            MemorySegment du,
            MemorySegment z,
            MemorySegment scaled,
            MemorySegment x,
            int rows,
            MemorySegment dy,
            @Nullable GradientSum dW,
            List<LoraWeights.Adapter> dAdapters,
            @Nullable MemorySegment dx) {
        if (dropout != null) {
            if (dW != null || dAdapters.isEmpty() || dx == null) {
                throw new IllegalArgumentException("Dropout is for the training of adapters");
            }
            backwardWithDropout(compute, w, adapters, norms, dropout, u, du, z, x, rows, dy, dAdapters, dx);
            return;
        }
        if (dW != null) { // dW += dyᵀ x, before dy is scaled
            Linear.backward(compute, w, List.of(), null, u, du, x, rows, dy, dW, List.of(), null);
        }
        int in = w.cols();
        int out = w.rows();
        for (int i = 0; i < adapters.size(); i++) {
            LoraWeights.Adapter adapter = adapters.get(i);
            int n = adapter.b().rows();
            int r = adapter.b().cols();
            if (!dAdapters.isEmpty()) { // z = x Wᵀ + scale · (x Aᵀ) Bᵀ again, which no pass has kept
                compute.gemm(false, true, rows, n, in, 1, x, in, part(w, adapter), in, 0, z, n);
                compute.gemm(false, true, rows, r, in, 1, x, in, adapter.a().segment(), in, 0, u, r);
                compute.gemm(
                        false,
                        true,
                        rows,
                        n,
                        r,
                        adapter.scale(),
                        u,
                        r,
                        adapter.b().segment(),
                        r,
                        1,
                        z,
                        n);
                magnitudeGradient(compute, adapter, norms, dy, out, z, rows, dAdapters.get(i));
            }
            times(compute, dy, out, adapter.column(), gain(adapter, norms), rows, n, scaled, out, adapter.column());
        }
        Linear.backward(compute, w, adapters, null, u, du, x, rows, scaled, null, dAdapters, dx);
    }

    private static void backwardWithDropout(
            Compute compute,
            Matrix w,
            List<LoraWeights.Adapter> adapters,
            DoraNorms norms,
            Dropout dropout,
            MemorySegment u,
            MemorySegment du,
            MemorySegment z,
            MemorySegment x,
            int rows,
            MemorySegment dy,
            List<LoraWeights.Adapter> dAdapters,
            MemorySegment dx) {
        int in = w.cols();
        int out = w.rows();
        compute.gemm(false, false, rows, in, out, 1, dy, out, w.segment(), in, 0, dx, in);
        for (int i = 0; i < adapters.size(); i++) {
            LoraWeights.Adapter adapter = adapters.get(i);
            LoraWeights.Adapter dAdapter = dAdapters.get(i);
            int n = adapter.b().rows();
            int r = adapter.b().cols();
            MemorySegment b = adapter.b().segment();
            float[] gain = gain(adapter, norms);
            // dm = Σ dy ⊙ (x' Wᵀ + scale · u Bᵀ) / norm
            dropout.product(compute, adapter, x, rows, part(w, adapter), n, z);
            dropout.forward(compute, adapter, x, rows, u);
            compute.gemm(false, true, rows, n, r, adapter.scale(), u, r, b, r, 1, z, n);
            magnitudeGradient(compute, adapter, norms, dy, out, z, rows, dAdapter);
            // dx += (((g - 1) ⊙ dy) W) ⊙ mask
            times(compute, dy, out, adapter.column(), minusOne(gain), rows, n, z, n, 0);
            dropout.addProduct(compute, adapter, z, n, part(w, adapter), rows, dx);
            // with du = scale · (g ⊙ dy) B: dB += scale · (g ⊙ dy)ᵀ u, dA += duᵀ x', dx += (du A) ⊙ mask
            times(compute, dy, out, adapter.column(), gain, rows, n, z, n, 0);
            compute.gemm(false, false, rows, r, n, adapter.scale(), z, n, b, r, 0, du, r);
            dropout.gradientOfA(compute, adapter, x, rows, du, u, dAdapter.a());
            compute.gemm(
                    true,
                    false,
                    n,
                    r,
                    rows,
                    adapter.scale(),
                    z,
                    n,
                    u,
                    r,
                    1,
                    dAdapter.b().segment(),
                    r);
            dropout.gradientOfInput(compute, adapter, du, rows, dx);
        }
    }

    /** {@code g = m / norm}. */
    private static float[] gain(LoraWeights.Adapter adapter, DoraNorms norms) {
        float[] gain = magnitude(adapter).toArray(ValueLayout.JAVA_FLOAT);
        float[] norm = norms.of(adapter.index());
        for (int i = 0; i < gain.length; i++) {
            gain[i] /= norm[i];
        }
        return gain;
    }

    private static float[] minusOne(float[] gain) {
        float[] less = gain.clone();
        for (int i = 0; i < less.length; i++) {
            less[i] -= 1;
        }
        return less;
    }

    private static MemorySegment magnitude(LoraWeights.Adapter adapter) {
        Matrix magnitude = adapter.magnitude();
        if (magnitude == null) {
            throw new IllegalArgumentException("This adapter is no DoRA");
        }
        return magnitude.segment();
    }

    /** The rows of W that an adapter is on, (n, in). */
    private static MemorySegment part(Matrix w, LoraWeights.Adapter adapter) {
        return w.fromRow(adapter.column());
    }

    /** {@code dm += Σ_t dy[t] ⊙ z[t] / norm}, rows in order. */
    private static void magnitudeGradient(
            Compute compute,
            LoraWeights.Adapter adapter,
            DoraNorms norms,
            MemorySegment dy,
            int stride,
            MemorySegment z,
            int rows,
            LoraWeights.Adapter dAdapter) {
        MemorySegment dMagnitude = magnitude(dAdapter);
        float[] norm = norms.of(adapter.index());
        int n = norm.length;
        compute.rows(n, rows, (from, to) -> {
            double[] sums = new double[to - from];
            for (int row = 0; row < rows; row++) {
                long dyRow = (long) row * stride + adapter.column() + from;
                long zRow = (long) row * n + from;
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += (double) dy.getAtIndex(ValueLayout.JAVA_FLOAT, dyRow + i)
                            * z.getAtIndex(ValueLayout.JAVA_FLOAT, zRow + i);
                }
            }
            for (int i = 0; i < sums.length; i++) {
                float before = dMagnitude.getAtIndex(ValueLayout.JAVA_FLOAT, from + i);
                dMagnitude.setAtIndex(ValueLayout.JAVA_FLOAT, from + i, before + (float) (sums[i] / norm[from + i]));
            }
        });
    }

    /** {@code to = factor ⊙ from} on n columns of each row; both may be the same. */
    private static void times(
            Compute compute,
            MemorySegment from,
            int fromStride,
            int fromColumn,
            float[] factor,
            int rows,
            int n,
            MemorySegment to,
            int toStride,
            int toColumn) {
        compute.rows(rows, n, (begin, end) -> {
            for (int row = begin; row < end; row++) {
                long fromRow = (long) row * fromStride + fromColumn;
                long toRow = (long) row * toStride + toColumn;
                for (int i = 0; i < n; i++) {
                    float value = factor[i] * from.getAtIndex(ValueLayout.JAVA_FLOAT, fromRow + i);
                    to.setAtIndex(ValueLayout.JAVA_FLOAT, toRow + i, value);
                }
            }
        });
    }

    /** {@code y += factor ⊙ z} on n columns of each row. */
    private static void addTimes(
            Compute compute,
            MemorySegment z,
            float[] factor,
            int rows,
            int n,
            MemorySegment y,
            int stride,
            int column) {
        compute.rows(rows, n, (begin, end) -> {
            for (int row = begin; row < end; row++) {
                long zRow = (long) row * n;
                long yRow = (long) row * stride + column;
                for (int i = 0; i < n; i++) {
                    float value = y.getAtIndex(ValueLayout.JAVA_FLOAT, yRow + i)
                            + factor[i] * z.getAtIndex(ValueLayout.JAVA_FLOAT, zRow + i);
                    y.setAtIndex(ValueLayout.JAVA_FLOAT, yRow + i, value);
                }
            }
        });
    }
}

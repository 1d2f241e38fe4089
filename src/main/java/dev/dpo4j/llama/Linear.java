package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A linear layer without bias and the adapters on it: {@code y = x Wᵀ + scale · (x Aᵀ) Bᵀ}, forward and backward. */
final class Linear {

    private Linear() {}

    /**
     * @param w (out, in)
     * @param adapters on parts of the output
     * @param dropout of what enters them; null: all of it does
     * @param u (T, r) scratch for {@code x Aᵀ}
     * @param x (T, in)
     * @param addend (T, out), what the product is added to, which may be y; null: nothing
     * @param y (T, out), written
     */
    static void forward(
            Compute compute,
            Matrix w,
            List<LoraWeights.Adapter> adapters,
            @Nullable Dropout dropout,
            MemorySegment u,
            MemorySegment x,
            int rows,
            @Nullable MemorySegment addend,
            MemorySegment y) {
        int in = w.cols();
        int out = w.rows();
        if (addend == null) {
            compute.gemm(false, true, rows, out, in, 1, x, in, w.segment(), in, 0, y, out);
        } else {
            compute.gemmFrom(rows, out, in, x, w.segment(), addend, y);
        }
        for (LoraWeights.Adapter adapter : adapters) {
            int r = adapter.a().rows();
            int n = adapter.b().rows();
            MemorySegment yPart = Matrix.from(y, adapter.column());
            if (dropout == null) {
                compute.gemm(false, true, rows, r, in, 1, x, in, adapter.a().segment(), in, 0, u, r);
            } else {
                dropout.forward(compute, adapter, x, rows, u);
            }
            compute.gemm(
                    false, true, rows, n, r, adapter.scale(), u, r, adapter.b().segment(), r, 1, yPart, out);
        }
    }

    /**
     * The gradients of everything that {@link #forward} read, with the same dropout.
     *
     * @param x (T, in), as in the forward pass; not read when neither dW nor adapters are trained
     * @param dy (T, out)
     * @param dW (out, in); null when the matrix is frozen
     * @param dAdapters gradients of the adapters, added to, in their order; empty when frozen
     * @param du (T, r) scratch
     * @param dx (T, in), written; null when nobody asks
     */
    static void backward(
            Compute compute,
            Matrix w,
            List<LoraWeights.Adapter> adapters,
            @Nullable Dropout dropout,
            MemorySegment u,
            MemorySegment du,
            MemorySegment x,
            int rows,
            MemorySegment dy,
            @Nullable GradientSum dW,
            List<LoraWeights.Adapter> dAdapters,
            @Nullable MemorySegment dx) {
        int in = w.cols();
        int out = w.rows();
        if (dW != null) { // dW += dyᵀ x
            compute.gemm(
                    true,
                    false,
                    out,
                    in,
                    rows,
                    1,
                    dy,
                    out,
                    x,
                    in,
                    dW.beta(),
                    dW.matrix().segment(),
                    in);
        }
        if (dx != null) { // dx = dy W
            compute.gemm(false, false, rows, in, out, 1, dy, out, w.segment(), in, 0, dx, in);
        }
        for (int i = 0; i < adapters.size(); i++) {
            Matrix a = adapters.get(i).a();
            Matrix b = adapters.get(i).b();
            float scale = adapters.get(i).scale();
            int r = a.rows();
            int n = b.rows();
            MemorySegment dyPart = Matrix.from(dy, adapters.get(i).column());
            // du = scale · dy B
            compute.gemm(false, false, rows, r, n, scale, dyPart, out, b.segment(), r, 0, du, r);
            if (!dAdapters.isEmpty()) {
                Matrix dA = dAdapters.get(i).a();
                MemorySegment dB = dAdapters.get(i).b().segment();
                // forward: y += scale · u Bᵀ with u = x Aᵀ; so dB += scale · dyᵀ u, dA += duᵀ x
                if (dropout == null) {
                    compute.gemm(false, true, rows, r, in, 1, x, in, a.segment(), in, 0, u, r);
                    compute.gemm(true, false, r, in, rows, 1, du, r, x, in, 1, dA.segment(), in);
                } else {
                    dropout.gradientOfA(compute, adapters.get(i), x, rows, du, u, dA);
                }
                compute.gemm(true, false, n, r, rows, scale, dyPart, out, u, r, 1, dB, r);
            }
            if (dx == null) {
                continue;
            }
            if (dropout == null) { // dx += du A
                compute.gemm(false, false, rows, in, r, 1, du, r, a.segment(), in, 1, dx, in);
            } else {
                dropout.gradientOfInput(compute, adapters.get(i), du, rows, dx);
            }
        }
    }
}

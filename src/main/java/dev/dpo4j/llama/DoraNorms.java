package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.FloatArena;
import dev.dpo4j.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The lengths of the rows of {@code W + scale · B A} of a DoRA's layers (Liu et al., arXiv 2402.09353). They are constants to the backward
 * pass (section 4.3), and change only when A and B do.
 */
final class DoraNorms {

    /** Rows that are put together at a time, so that the result does not depend on the number of threads. */
    private static final int CHUNK = 64;

    private final LlamaWeights base;
    private final List<float[]> byAdapter;

    private DoraNorms(LlamaWeights base, List<float[]> byAdapter) {
        this.base = base;
        this.byAdapter = byAdapter;
    }

    static DoraNorms of(LlamaWeights base, LoraWeights lora, Compute compute) {
        List<AdaptedLayer> adapted = lora.adapted();
        List<float[]> byAdapter = new ArrayList<>();
        try (FloatArena arena = new FloatArena()) {
            Matrix scratch = arena.uninitialised(compute.threads() * CHUNK, widestInput(adapted));
            for (int i = 0; i < adapted.size(); i++) {
                byAdapter.add(norms(base, adapted.get(i), lora, scratch, compute));
                compute.yieldTurn();
            }
        }
        return new DoraNorms(base, byAdapter);
    }

    private static float[] norms(
            LlamaWeights base, AdaptedLayer adapted, LoraWeights lora, Matrix scratch, Compute compute) {
        int in = adapted.linear().in();
        int out = adapted.linear().out();
        int r = adapted.r();
        MemorySegment w = base.tensor(adapted.linear().path() + ".weight");
        MemorySegment a = lora.tensor(adapted.nameOfA());
        MemorySegment b = lora.tensor(adapted.nameOfB());
        float scale = (float) adapted.scale();
        float[] norms = new float[out];
        compute.parallel((out + CHUNK - 1) / CHUNK, (part, worker) -> {
            int from = part * CHUNK;
            int rows = Math.min(CHUNK, out - from);
            MemorySegment sum = scratch.fromRow(worker * CHUNK);
            MemorySegment.copy(w, bytes(from, in), sum, 0, bytes(rows, in));
            compute.gemmOnThisThread(false, false, rows, in, r, scale, b.asSlice(bytes(from, r)), r, a, in, 1, sum, in);
            for (int row = 0; row < rows; row++) {
                norms[from + row] = (float) Math.sqrt(compute.kernels().sumOfSquares(sum.asSlice(bytes(row, in)), in));
            }
        });
        return norms;
    }

    /** Bytes that it takes to compute them. */
    static long scratchBytes(List<AdaptedLayer> adapted, int threads) {
        return (long) threads * CHUNK * widestInput(adapted) * Float.BYTES;
    }

    private static int widestInput(List<AdaptedLayer> adapted) {
        return adapted.stream().mapToInt(layer -> layer.linear().in()).max().orElse(0);
    }

    private static long bytes(int row, int width) {
        return (long) row * width * Float.BYTES;
    }

    /** Whether they are of an adapter on these very weights. */
    boolean isOn(LlamaWeights weights) {
        return base == weights;
    }

    /** (out) of one adapter; read, never write. */
    float[] of(int adapter) {
        return byAdapter.get(adapter);
    }
}

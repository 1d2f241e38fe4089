package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Floats.slice;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.broadcast;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** SwiGLU and its gradients, a row at a time. */
final class VectorSwiGlu {

    private VectorSwiGlu() {}

    static void swiGlu(MemorySegment gateUp, MemorySegment h, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            swiGluRow(slice(gateUpRow, 0, width), slice(gateUpRow, width, width), row(h, r, width, width), width);
        }
    }

    private static void swiGluRow(MemorySegment gate, MemorySegment up, MemorySegment h, int width) {
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector g = load(gate, c);
            store(g.mul(VectorExp.sigmoid(g)).mul(load(up, c)), h, c);
        }
        for (; c < width; c++) {
            float g = at(gate, c);
            put(h, c, g * Exp.sigmoid(g) * at(up, c));
        }
    }

    static void swiGluBackward(MemorySegment gateUp, MemorySegment dh, MemorySegment dGateUp, int rows, int width) {
        float[] sigmoids = new float[width];
        for (int r = 0; r < rows; r++) {
            MemorySegment gateUpRow = row(gateUp, r, 2 * width, 2 * width);
            MemorySegment dGateUpRow = row(dGateUp, r, 2 * width, 2 * width);
            swiGluBackwardRow(
                    slice(gateUpRow, 0, width),
                    slice(gateUpRow, width, width),
                    row(dh, r, width, width),
                    slice(dGateUpRow, 0, width),
                    slice(dGateUpRow, width, width),
                    sigmoids,
                    width);
        }
    }

    /** The sigmoids come first, for the whole row: in one loop with the gradients C2 no longer inlines all of it, and makes objects of vectors. */
    private static void swiGluBackwardRow(
            MemorySegment gate,
            MemorySegment up,
            MemorySegment dh,
            MemorySegment dGate,
            MemorySegment dUp,
            float[] sigmoids,
            int width) {
        sigmoids(gate, sigmoids, width);
        int c = 0;
        for (; c < SPECIES.loopBound(width); c += LANES) {
            FloatVector sigmoid = FloatVector.fromArray(SPECIES, sigmoids, c);
            FloatVector silu = load(gate, c).mul(sigmoid);
            FloatVector u = load(up, c);
            FloatVector d = load(dh, c);
            FloatVector slope = silu.fma(broadcast(1f).sub(sigmoid), sigmoid);
            store(d.mul(u).mul(slope), dGate, c);
            store(d.mul(silu), dUp, c);
        }
        for (; c < width; c++) {
            float u = at(up, c);
            float d = at(dh, c);
            float sigmoid = sigmoids[c];
            float silu = at(gate, c) * sigmoid;
            float slope = Math.fma(silu, 1f - sigmoid, sigmoid);
            put(dGate, c, d * u * slope);
            put(dUp, c, d * silu);
        }
    }

    private static void sigmoids(MemorySegment x, float[] y, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            VectorExp.sigmoid(load(x, i)).intoArray(y, i);
        }
        for (; i < n; i++) {
            y[i] = Exp.sigmoid(at(x, i));
        }
    }
}

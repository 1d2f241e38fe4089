package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Floats.at;
import static dev.dpo4j.kernel.Floats.put;
import static dev.dpo4j.kernel.Floats.row;
import static dev.dpo4j.kernel.Vectors.LANES;
import static dev.dpo4j.kernel.Vectors.SPECIES;
import static dev.dpo4j.kernel.Vectors.load;
import static dev.dpo4j.kernel.Vectors.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Rotary embedding, a head at a time. */
final class VectorRope {

    private VectorRope() {}

    static void rope(
            MemorySegment x,
            int rows,
            int stride,
            int heads,
            int headSize,
            MemorySegment cos,
            MemorySegment sin,
            int[] positions,
            int firstPosition,
            boolean inverse) {
        int half = headSize / 2;
        float direction = inverse ? -1 : 1;
        for (int r = 0; r < rows; r++) {
            MemorySegment xRow = row(x, r, stride, heads * headSize);
            MemorySegment cosRow = row(cos, positions[firstPosition + r], half, half);
            MemorySegment sinRow = row(sin, positions[firstPosition + r], half, half);
            for (int head = 0; head < heads; head++) {
                ropeHead(xRow, head * headSize, half, cosRow, sinRow, direction);
            }
        }
    }

    private static void ropeHead(
            MemorySegment x, int first, int half, MemorySegment cos, MemorySegment sin, float direction) {
        int second = first + half;
        int j = 0;
        for (; j < SPECIES.loopBound(half); j += LANES) {
            FloatVector c = load(cos, j);
            FloatVector s = load(sin, j).mul(direction);
            FloatVector a = load(x, first + j);
            FloatVector b = load(x, second + j);
            store(a.fma(c, b.mul(s).neg()), x, first + j);
            store(b.fma(c, a.mul(s)), x, second + j);
        }
        for (; j < half; j++) {
            float c = at(cos, j);
            float s = at(sin, j) * direction;
            float a = at(x, first + j);
            float b = at(x, second + j);
            put(x, first + j, Math.fma(a, c, -(b * s)));
            put(x, second + j, Math.fma(b, c, a * s));
        }
    }
}

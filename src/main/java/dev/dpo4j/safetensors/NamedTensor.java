package dev.dpo4j.safetensors;

import java.lang.foreign.MemorySegment;

/**
 * A float32 tensor in memory under its name in a file.
 *
 * @param name the tensor's name
 * @param shape its dimensions, outermost first
 * @param data its values, row-major, native order: 4 bytes each
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier: shapes are neither compared nor changed
public record NamedTensor(String name, long[] shape, MemorySegment data) {

    /** The product of the shape. */
    public long size() {
        long n = 1;
        for (long d : shape) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }
}

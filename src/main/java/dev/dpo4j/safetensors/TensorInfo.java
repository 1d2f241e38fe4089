package dev.dpo4j.safetensors;

/**
 * One tensor as a file's header describes it.
 *
 * @param name the tensor's name
 * @param type its elements' type in the file
 * @param shape its dimensions, outermost first; empty for a scalar
 * @param begin its first byte, counted from the end of the header
 * @param end one past its last byte
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier: shapes are neither compared nor changed
public record TensorInfo(String name, DType type, long[] shape, long begin, long end) {

    /** Number of elements. */
    public long size() {
        return (end - begin) * 8 / type.bits();
    }
}

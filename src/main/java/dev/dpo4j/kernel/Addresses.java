package dev.dpo4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Memory by address, for short loops that run often. C2 cuts a loop over a segment in three, for the sake of its bounds checks, and at the seams
 * it computes where they begin: loops of a few rounds take longer for that than for what they do. What is read or written by address is checked
 * once, by {@link #of}; who has an address keeps the segment reachable until it is done with it.
 */
final class Addresses {

    /** All there is: an address is the offset. */
    @SuppressWarnings("restricted") // calls into native code are allowed to the whole program already
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** The bits of an address: masked with them C2 knows that it is within {@link #MEMORY}, and does not check. */
    static final long BITS = (1L << 56) - 1;

    /** Without a check of what is always aligned. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Addresses() {}

    /**
     * The address of the first element, after it was checked that so many rows lie within the segment.
     *
     * @param matrix (rows, columns), rows {@code stride} apart
     * @throws IllegalArgumentException if it is on the heap, where nothing has an address
     * @throws IndexOutOfBoundsException if it is smaller, or a number is negative
     */
    static long of(MemorySegment matrix, int rows, int columns, int stride) {
        if (!matrix.isNative()) {
            throw new IllegalArgumentException("A matrix on the heap has no address");
        }
        if (rows < 0 || columns < 0 || stride < 0) { // or the last row would not be the one that ends last
            throw new IndexOutOfBoundsException("%d rows of %d elements, %d apart".formatted(rows, columns, stride));
        }
        long count = rows == 0 ? 0 : (long) (rows - 1) * stride + columns;
        return matrix.asSlice(0, count << 2).address();
    }
}

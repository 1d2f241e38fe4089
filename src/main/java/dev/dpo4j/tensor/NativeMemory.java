package dev.dpo4j.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory of the C library, outside the heap: large blocks get their pages at once, and wait a while for the next who wants one before they go
 * back to the operating system. Also tells how much memory the process takes.
 */
public final class NativeMemory {

    /** glibc's {@code M_MMAP_THRESHOLD}. */
    private static final int MMAP_THRESHOLD = -3;

    /** Blocks from this many bytes on are mapped by themselves and go back to the operating system, after a while, when they are freed. */
    private static final int LARGE = 1 << 20;

    /** Linux's {@code MADV_POPULATE_WRITE}. */
    private static final int POPULATE = 23;

    /** Linux's {@code MADV_HUGEPAGE}. */
    private static final int HUGE = 14;

    /** The smallest page there is. */
    private static final int PAGE = 1 << 12;

    /** The next larger page, and the bytes a thread populates at a time. */
    private static final int HUGE_PAGE = 1 << 21;

    /** A cache line, and a whole 512-bit vector: one that lies across two lines takes two loads. */
    private static final int ALIGNMENT = 64;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MALLOC = function(
                    "malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG))
            .orElseThrow();
    private static final MethodHandle CALLOC = function(
                    "calloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG))
            .orElseThrow();
    private static final MethodHandle FREE =
            function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)).orElseThrow();
    private static final Optional<MethodHandle> MADVISE = function(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    /** How long a freed block waits at least, and half of what it waits at most. */
    private static final Duration KEPT = Duration.ofSeconds(30);

    private static final SpareBlocks SPARES = new SpareBlocks(
            NativeMemory::giveBack, CompletableFuture.delayedExecutor(KEPT.toSeconds(), TimeUnit.SECONDS));

    static {
        returnFreedBlocks();
    }

    private NativeMemory() {}

    /**
     * Memory of the C library.
     *
     * @param start what it goes back by
     * @param memory what there is to use, {@link #ALIGNMENT} bytes aligned, and from {@link #HUGE_PAGE} bytes on at the start of such a page
     */
    record Block(MemorySegment start, MemorySegment memory) {}

    /**
     * Bytes of physical memory the process has now, for heap, weights, activations and everything else, without pages that it shares with files
     * or others; 0 where that is not known.
     */
    public static long residentBytes() {
        return Pointer.physicalBytes();
    }

    /**
     * Memory that stays until it is freed.
     *
     * @param zeroed whether it holds zeros, or anything
     * @throws OutOfMemoryError when there is none
     */
    static Block allocate(long bytes, boolean zeroed) {
        Optional<Block> spare = bytes < LARGE ? Optional.empty() : SPARES.take(bytes);
        if (zeroed) {
            spare.ifPresent(block -> inPieces(block.memory(), piece -> piece.fill((byte) 0)));
        }
        return spare.orElseGet(() -> fresh(bytes, zeroed));
    }

    @SuppressWarnings("restricted") // memory of the C library
    private static Block fresh(long bytes, boolean zeroed) {
        int alignment = bytes < HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
        long size = bytes + alignment;
        try {
            MemorySegment start =
                    zeroed ? (MemorySegment) CALLOC.invokeExact(1L, size) : (MemorySegment) MALLOC.invokeExact(size);
            if (start.address() == 0) {
                throw new OutOfMemoryError("The operating system has no " + size + " bytes of memory");
            }
            long first = (start.address() + alignment - 1) / alignment * alignment;
            MemorySegment memory = MemorySegment.ofAddress(first).reinterpret(bytes);
            if (bytes >= LARGE) {
                MADVISE.ifPresent(madvise -> {
                    advise(madvise, memory, HUGE);
                    populate(madvise, memory);
                });
            }
            return new Block(start, memory);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /**
     * Has the operating system lay pages under a fresh block now, on all cores. Left to the first write, one half of a product waits for
     * the other's page faults, and a training's first step takes half as long again. An older Linux and other systems do not know how;
     * there the pages come with the first write.
     */
    private static void populate(MethodHandle madvise, MemorySegment memory) {
        inPieces(memory, piece -> advise(madvise, piece, POPULATE));
    }

    /** Tells the operating system what is meant to become of memory. Whether it can is its own affair: the memory is usable either way. */
    private static void advise(MethodHandle madvise, MemorySegment memory, int advice) {
        long from = memory.address() / PAGE * PAGE;
        long length = memory.address() + memory.byteSize() - from;
        try {
            int _ = (int) madvise.invokeExact(MemorySegment.ofAddress(from), length, advice);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Does something with all of the memory, on all cores. */
    private static void inPieces(MemorySegment memory, Consumer<MemorySegment> work) {
        long first = memory.address() / HUGE_PAGE;
        long last = (memory.address() + memory.byteSize() - 1) / HUGE_PAGE;
        LongStream.rangeClosed(first, last).parallel().forEach(piece -> {
            long from = Math.max(piece * HUGE_PAGE - memory.address(), 0);
            long to = Math.min((piece + 1) * HUGE_PAGE - memory.address(), memory.byteSize());
            work.accept(memory.asSlice(from, to - from));
        });
    }

    /** Frees a block, once. */
    static void free(Block block) {
        if (block.memory().byteSize() < LARGE) {
            giveBack(block);
        } else {
            SPARES.keep(block);
        }
    }

    /** Gives a block back to the C library, and a large one so to the system. */
    static void giveBack(Block block) {
        try {
            FREE.invokeExact(block.start());
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /**
     * Has glibc map large blocks one by one. By itself it raises the size from which it does with every block that is freed, up to 32 MB;
     * what a run has freed then stays with the process for as long as one smaller block lies above it. Does nothing with another C
     * library.
     */
    private static void returnFreedBlocks() {
        FunctionDescriptor type =
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        function("mallopt", type).ifPresent(mallopt -> {
            try {
                if ((int) mallopt.invokeExact(MMAP_THRESHOLD, LARGE) != 1) {
                    throw new IllegalStateException("mallopt refuses a threshold of " + LARGE + " bytes");
                }
            } catch (Throwable e) {
                throw unchecked(e);
            }
        });
    }

    /** A function of the C library, where it has it. */
    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
        return LINKER.defaultLookup().find(name).map(address -> LINKER.downcallHandle(address, type));
    }

    /** What a method handle's signature lets it throw; a downcall throws nothing checked. */
    private static RuntimeException unchecked(Throwable thrown) {
        switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(thrown);
        }
    }
}

package dev.dpo4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Scratch memory of which each compute thread has its own, from its first use on. For one piece of work at a time. */
final class ThreadMemory {

    private static final int CACHE_LINE = 64;

    private final @Nullable MemorySegment[] ofWorkers;
    private final long floats;
    private final Arena arena = Arena.ofAuto(); // never freed under a product that goes on while the service ends

    /** @param floats that each thread has */
    ThreadMemory(int threads, long floats) {
        this.ofWorkers = new @Nullable MemorySegment[threads];
        this.floats = floats;
    }

    MemorySegment of(int worker) {
        MemorySegment memory = ofWorkers[worker];
        if (memory == null) {
            memory = arena.allocate(floats * Float.BYTES, CACHE_LINE);
            ofWorkers[worker] = memory;
        }
        return memory;
    }
}

package dev.dpo4j.tensor;

import org.bytedeco.javacpp.Pointer;

/** The process's memory as the operating system sees it: heap, weights, activations and everything else. */
public final class NativeMemory {

    private NativeMemory() {}

    /** Bytes of memory that the process occupies now. */
    public static long residentBytes() {
        return Pointer.physicalBytes();
    }
}

package dev.dpo4j.tensor;

import org.bytedeco.javacpp.Pointer;

/** The process's memory as the operating system sees it: heap, weights, activations and everything else. */
public final class NativeMemory {

    private NativeMemory() {}

    /** Bytes of physical memory the process has now, without pages that it shares with files or others; 0 where that is not known. */
    public static long residentBytes() {
        return Pointer.physicalBytes();
    }
}

package dev.dpo4j.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/** The process's memory as the operating system sees it: heap, weights, activations and everything else. */
public final class NativeMemory {

    /** glibc's {@code M_MMAP_THRESHOLD}. */
    private static final int MMAP_THRESHOLD = -3;

    /** Blocks from this many bytes on go back to the operating system when they are freed. */
    private static final int RETURNED_FROM = 1 << 20;

    private NativeMemory() {}

    /** Bytes of physical memory the process has now, without pages that it shares with files or others; 0 where that is not known. */
    public static long residentBytes() {
        return Pointer.physicalBytes();
    }

    /**
     * Has glibc map large blocks one by one. By itself it raises the size from which it does with every block that is freed, up to 32 MB;
     * what a run has freed then stays with the process for as long as one smaller block lies above it. Does nothing with another C
     * library.
     */
    @SuppressWarnings("restricted") // a call into the C library
    static void returnFreedBlocks() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
        if (mallopt.isEmpty()) {
            return;
        }
        try {
            int done = (int) linker.downcallHandle(
                            mallopt.get(),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(MMAP_THRESHOLD, RETURNED_FROM);
            if (done != 1) {
                throw new IllegalStateException("mallopt refuses a threshold of " + RETURNED_FROM + " bytes");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // a method handle's signature; a downcall throws nothing checked
            throw new IllegalStateException(e);
        }
    }
}

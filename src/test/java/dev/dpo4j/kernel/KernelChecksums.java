package dev.dpo4j.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A program for another JVM: writes what {@link KernelSelection#best} computes there, as {@link #lines}, to the file of its argument. */
final class KernelChecksums {

    static final int WIDTH = 207;

    private KernelChecksums() {}

    static void main(String[] args) throws IOException {
        Files.write(Path.of(args[0]), lines(KernelSelection.best()));
    }

    /** Each kernel and a checksum of its outputs. */
    static List<String> lines(Kernels kernels) {
        Map<String, String> lines = new TreeMap<>();
        EveryKernel.outputs(kernels, WIDTH)
                .forEach((name, bits) -> lines.put(name, name + " " + Integer.toHexString(Arrays.hashCode(bits))));
        return List.copyOf(lines.values());
    }
}

package dev.dpo4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What this machine computes with and how fast, for the log: one line, and what to do where it falls short.
 *
 * @param kernels as {@link dev.dpo4j.kernel.Kernels#description} has it
 * @param vectorBits width of the kernels' vectors; 0: scalar kernels, of which the choice of kernels has warned already
 * @param x86 whether OpenBLAS had x86 cores to choose from
 * @param blasVersion as in "0.3.31"
 * @param blasCore the CPU family whose kernels OpenBLAS chose, as in "SkylakeX"
 * @param threads that compute
 * @param cores that the JVM sees
 * @param gigaflops 10^9 operations a second of a large matrix product on these threads
 * @param blasGigaflops the same by OpenBLAS, whether it was that or not
 */
public record ComputeReport(
        String kernels,
        int vectorBits,
        boolean x86,
        String blasVersion,
        String blasCore,
        int threads,
        int cores,
        double gigaflops,
        double blasGigaflops) {

    /** Side of the matrices: large enough for full speed, and done in tens of milliseconds. */
    private static final int SIDE = 1024;

    /** Of each kind, in turns. The first one is slower: OpenBLAS allocates its buffers. */
    private static final int PRODUCTS = 4;

    /** A core of 256-bit vectors that does less than this is shared with others: at 1 GHz it could do 32. */
    private static final double SLOW_GIGAFLOPS_PER_THREAD = 10;

    /** Of OpenBLAS's speed: well compiled, our own kernel reaches it; badly compiled it has half. */
    private static final double BADLY_COMPILED = 0.75;

    private static final Set<String> CORES_WITH_512_BITS = Set.of("skylakex", "cooperlake", "sapphirerapids");
    private static final Set<String> CORES_WITH_256_BITS = Set.of("haswell", "zen");

    /** Measures the machine: the best of a few products of each kind, each in a turn of its own. */
    public static ComputeReport of(Compute compute) {
        String kernels = compute.kernels().description();
        Speeds speeds = speeds(compute);
        String architecture = System.getProperty("os.arch", "");
        return new ComputeReport(
                kernels,
                kernels.startsWith("vector") ? compute.kernels().lanes() * Float.SIZE : 0,
                architecture.equals("amd64") || architecture.equals("x86_64"),
                Blas.version(),
                Blas.coreName(),
                compute.threads(),
                Runtime.getRuntime().availableProcessors(),
                speeds.gigaflops,
                speeds.blasGigaflops);
    }

    /** The whole in one line. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "Compute: kernels %s; OpenBLAS %s, core %s, %d threads; %.0f GFLOP/s (sgemm %d x %d x %d)",
                kernels,
                blasVersion,
                blasCore,
                threads,
                gigaflops,
                SIDE,
                SIDE,
                SIDE);
    }

    /** What makes it slower than it could be, each with its remedy; empty where all is well. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (coreIsAFallback()) {
            warnings.add(
                    ("OpenBLAS %s took this CPU for a %s, whose matrix products are slower than its %d-bit vectors allow: "
                                    + "set the environment variable OPENBLAS_CORETYPE to %s, or use a newer OpenBLAS")
                            .formatted(blasVersion, blasCore, vectorBits, vectorBits >= 512 ? "SkylakeX" : "Haswell"));
        }
        if (threads < cores) {
            warnings.add(
                    ("Only %d of %d cores compute: set dpo4j.compute.threads (DPO4J_COMPUTE_THREADS) to %d, or leave it out,"
                                    + " unless the others are meant for something else")
                            .formatted(threads, cores, cores));
        }
        if (slow()) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "Matrix products run at %.1f GFLOP/s on %d threads, and this CPU is good for %.0f at least: see whether other"
                            + " processes or a CPU limit take its cores, and set dpo4j.compute.threads to those there are",
                    gigaflops,
                    threads,
                    SLOW_GIGAFLOPS_PER_THREAD * threads));
        }
        if (badlyCompiled()) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "Matrix products run at %.0f GFLOP/s, and OpenBLAS's own at %.0f: the JVM has not compiled their kernel as it can; see"
                            + " whether it runs with the options of jvm.options, and start the service again",
                    gigaflops,
                    blasGigaflops));
        }
        return List.copyOf(warnings);
    }

    /** Whether products were slower than they should be: here, or just then. */
    public boolean fallsShort() {
        return slow() || badlyCompiled();
    }

    private boolean slow() {
        return vectorBits >= 256 && gigaflops < SLOW_GIGAFLOPS_PER_THREAD * threads;
    }

    private boolean badlyCompiled() {
        return gigaflops < BADLY_COMPILED * blasGigaflops;
    }

    private boolean coreIsAFallback() {
        String core = blasCore.toLowerCase(Locale.ROOT);
        if (!x86 || vectorBits < 256 || CORES_WITH_512_BITS.contains(core)) {
            return false;
        }
        return vectorBits >= 512 || !CORES_WITH_256_BITS.contains(core);
    }

    private record Speeds(double gigaflops, double blasGigaflops) {}

    private static Speeds speeds(Compute compute) {
        try (Arena arena = Arena.ofShared()) { // the threads of the pool use it too
            long bytes = (long) SIDE * SIDE * Float.BYTES;
            MemorySegment a = arena.allocate(bytes, Long.BYTES);
            MemorySegment b = arena.allocate(bytes, Long.BYTES);
            MemorySegment c = arena.allocate(bytes, Long.BYTES);
            BlasProduct blas = compute.blasProduct();
            long best = Long.MAX_VALUE;
            long bestOfBlas = Long.MAX_VALUE;
            for (int product = 0; product < PRODUCTS; product++) {
                best = Math.min(
                        best,
                        nanos(
                                compute,
                                () -> compute.gemm(false, false, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE)));
                bestOfBlas = Math.min(
                        bestOfBlas,
                        nanos(
                                compute,
                                () -> blas.product(false, false, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE)));
            }
            double operations = 2.0 * SIDE * SIDE * SIDE;
            return new Speeds(operations / best, operations / bestOfBlas);
        }
    }

    private static long nanos(Compute compute, Runnable product) {
        return compute.call(() -> {
            long began = System.nanoTime();
            product.run();
            return System.nanoTime() - began;
        });
    }
}

package dev.dpo4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The matrix products of a training step of SmolLM2-135M with 1,024 tokens computed at once, through {@link Compute} and as one plain
 * cblas call with as many threads. Both calls are of the same library; each benchmark has a JVM of its own, so that neither finds the
 * other's threads.
 */
@NullUnmarked // JMH calls @Setup before all else
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GemmBenchmark {

    private static final int TOKENS = 1024;
    private static final int HIDDEN = 576;
    private static final int QKV = 960;
    private static final int INNER = 1536;
    private static final int VOCABULARY = 49_152;
    private static final int SCORED = 512;

    /** What is multiplied: op(A) is (m, k), op(B) is (k, n). */
    @SuppressWarnings("ImmutableEnumChecker")
    public enum Shape {
        QKV_FORWARD(false, true, TOKENS, QKV, HIDDEN),
        QKV_INPUT_GRADIENT(false, false, TOKENS, HIDDEN, QKV),
        QKV_WEIGHT_GRADIENT(true, false, QKV, HIDDEN, TOKENS),
        OUTPUT_FORWARD(false, true, TOKENS, HIDDEN, HIDDEN),
        GATE_UP_FORWARD(false, true, TOKENS, 2 * INNER, HIDDEN),
        GATE_UP_INPUT_GRADIENT(false, false, TOKENS, HIDDEN, 2 * INNER),
        GATE_UP_WEIGHT_GRADIENT(true, false, 2 * INNER, HIDDEN, TOKENS),
        DOWN_FORWARD(false, true, TOKENS, HIDDEN, INNER),
        DOWN_INPUT_GRADIENT(false, false, TOKENS, INNER, HIDDEN),
        DOWN_WEIGHT_GRADIENT(true, false, HIDDEN, INNER, TOKENS),
        HEAD_FORWARD(false, true, SCORED, VOCABULARY, HIDDEN),
        HEAD_INPUT_GRADIENT(false, false, SCORED, HIDDEN, VOCABULARY),
        HEAD_WEIGHT_GRADIENT(true, false, VOCABULARY, HIDDEN, SCORED);

        private final boolean transposeA;
        private final boolean transposeB;
        private final int m;
        private final int n;
        private final int k;

        Shape(boolean transposeA, boolean transposeB, int m, int n, int k) {
            this.transposeA = transposeA;
            this.transposeB = transposeB;
            this.m = m;
            this.n = n;
            this.k = k;
        }

        int lda() {
            return transposeA ? m : k;
        }

        int ldb() {
            return transposeB ? k : n;
        }
    }

    /** Work done, which JMH divides by the time: GFLOP/s. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** Billions of floating-point operations. */
        public double gigaflop;

        /** Forgets the iteration before. */
        @Setup(Level.Iteration)
        public void clear() {
            gigaflop = 0;
        }
    }

    /** What is multiplied. */
    @Param
    public Shape shape;

    private final int threads = Runtime.getRuntime().availableProcessors();
    private final Arena arena = Arena.ofAuto();
    private Compute compute;
    private MemorySegment a;
    private MemorySegment b;
    private MemorySegment c;

    /** Random matrices. */
    @Setup
    public void allocate() {
        compute = new Compute(threads);
        a = random((long) shape.m * shape.k);
        b = random((long) shape.k * shape.n);
        c = random((long) shape.m * shape.n);
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        compute.close();
    }

    /** Through the project's threads. */
    @Benchmark
    public void tensor(Work work) {
        compute.gemm(
                shape.transposeA,
                shape.transposeB,
                shape.m,
                shape.n,
                shape.k,
                1,
                a,
                shape.lda(),
                b,
                shape.ldb(),
                0,
                c,
                shape.n);
        work.gigaflop += gigaflop();
    }

    /** One call, with OpenBLAS's own threads. */
    @Benchmark
    public void cblas(Work work, OwnThreads ownThreads) {
        openblas.cblas_sgemm(
                openblas.CblasRowMajor,
                shape.transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
                shape.transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
                shape.m,
                shape.n,
                shape.k,
                1,
                ownThreads.pointer(a),
                shape.lda(),
                ownThreads.pointer(b),
                shape.ldb(),
                0,
                ownThreads.pointer(c),
                shape.n);
        work.gigaflop += gigaflop();
    }

    /** OpenBLAS with as many threads as the machine has cores, in the JVM of the benchmark that asks for it. */
    @State(Scope.Thread)
    public static class OwnThreads {

        /** After {@link Compute}, which has set one thread. */
        @Setup
        public void set(GemmBenchmark benchmark) {
            openblas.blas_set_num_threads(benchmark.threads);
        }

        FloatPointer pointer(MemorySegment segment) {
            return new FloatPointer(new AddressPointer(segment.address()));
        }
    }

    /** JavaCPP's view of memory that is not its own. */
    private static final class AddressPointer extends Pointer {
        AddressPointer(long address) {
            this.address = address;
        }
    }

    private double gigaflop() {
        return 2e-9 * shape.m * shape.n * shape.k;
    }

    private MemorySegment random(long size) {
        Random random = new Random(size);
        MemorySegment segment = arena.allocate(ValueLayout.JAVA_FLOAT, size);
        for (long i = 0; i < size; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
        }
        return segment;
    }
}

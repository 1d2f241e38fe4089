package dev.dpo4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The kernels around the matrix products, on one thread, in SmolLM2-135M's shapes for 256 tokens. */
@NullUnmarked // JMH calls @Setup before all else
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {

    private static final int ROWS = 256;
    private static final int HIDDEN = 576;
    private static final int INNER = 1536;
    private static final int VOCABULARY = 49_152;
    private static final int SCORED = 64;
    private static final int HEADS = 9;
    private static final int HEAD_SIZE = 64;
    private static final int QKV = 960;
    private static final int WEIGHTS = 1 << 22;

    private final Kernels kernels = KernelSelection.best();
    private final int[] positions = IntStream.range(0, ROWS).toArray();
    private final int[] targets = IntStream.range(0, SCORED).toArray();
    private final double[] logProbs = new double[SCORED];
    private final double[] lse = new double[SCORED];
    private final TokenFigures figures = TokenFigures.of(SCORED);
    private final double[] slopes = new double[SCORED];

    private final Arena arena = Arena.ofAuto();
    private MemorySegment hidden;
    private MemorySegment dHidden;
    private MemorySegment norm;
    private MemorySegment rstd;
    private MemorySegment gateUp;
    private MemorySegment inner;
    private MemorySegment dGateUp;
    private MemorySegment qkv;
    private MemorySegment angles;
    private MemorySegment logits;
    private MemorySegment weights;
    private MemorySegment gradient;
    private MemorySegment firstMoment;
    private MemorySegment secondMoment;

    /** Random activations and weights; the second moment is not negative. */
    @Setup
    public void allocate() {
        hidden = random(ROWS * HIDDEN, -1);
        dHidden = random(ROWS * HIDDEN, -1);
        norm = random(HIDDEN, 0);
        rstd = random(ROWS, 0);
        gateUp = random(ROWS * 2 * INNER, -1);
        inner = random(ROWS * INNER, -1);
        dGateUp = random(ROWS * 2 * INNER, -1);
        qkv = random(ROWS * QKV, -1);
        angles = random(ROWS * HEAD_SIZE / 2, -1);
        logits = random(SCORED * VOCABULARY, -1);
        weights = random(WEIGHTS, -1);
        gradient = random(WEIGHTS, -1);
        firstMoment = random(WEIGHTS, -1);
        secondMoment = random(WEIGHTS, 0);
        kernels.logProbs(logits, SCORED, VOCABULARY, targets, 0, logProbs, lse, figures);
    }

    /** RMSNorm. */
    @Benchmark
    public void rmsNorm() {
        kernels.rmsNorm(hidden, norm, 1e-5f, dHidden, rstd, ROWS, HIDDEN);
    }

    /** Its backward pass. */
    @Benchmark
    public void rmsNormBackward() {
        kernels.rmsNormBackward(hidden, norm, rstd, hidden, dHidden, ROWS, HIDDEN);
    }

    /** SwiGLU. */
    @Benchmark
    public void swiGlu() {
        kernels.swiGlu(gateUp, inner, ROWS, INNER);
    }

    /** Its backward pass. */
    @Benchmark
    public void swiGluBackward() {
        kernels.swiGluBackward(gateUp, inner, dGateUp, ROWS, INNER);
    }

    /** Rotary embedding of the query heads. */
    @Benchmark
    public void rope() {
        kernels.rope(qkv, ROWS, QKV, HEADS, HEAD_SIZE, angles, angles, positions, 0, false);
    }

    /** Log-softmax, gather and figures of the head, 64 rows. */
    @Benchmark
    public double[] logProbs() {
        kernels.logProbs(logits, SCORED, VOCABULARY, targets, 0, logProbs, lse, figures);
        return logProbs;
    }

    /** Its backward pass; slopes of 0, since it writes over the logits and is done again on what it wrote. */
    @Benchmark
    public void logProbsBackward() {
        kernels.logProbsBackward(logits, SCORED, VOCABULARY, targets, 0, lse, slopes);
    }

    /** One pass of the optimizer over 4 Mi weights; a learning rate of 0 keeps them where they are. */
    @Benchmark
    public void adamW() {
        kernels.adamW(weights, gradient, firstMoment, secondMoment, WEIGHTS, 1, 0, 0.9, 0.999, 1e-8, 0, 0.1, 0.001);
    }

    private MemorySegment random(int size, float from) {
        Random random = new Random(size);
        MemorySegment segment = arena.allocate(ValueLayout.JAVA_FLOAT, size);
        for (int i = 0; i < size; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(from, 1));
        }
        return segment;
    }
}

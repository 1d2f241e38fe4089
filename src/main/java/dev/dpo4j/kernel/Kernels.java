package dev.dpo4j.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a Llama's forward, backward and optimizer that is not a matrix product, and the inner part of large ones.
 *
 * <p>All matrices are row-major float32 in native byte order, each segment starting at the first element a call may touch;
 * {@code stride} is the distance between two rows in elements. A {@code d} before a name means "gradient of". Gradients of
 * parameters and of the residual stream are added to, all other outputs are written. Calls touch only the rows they are given, so
 * several threads may share a matrix by rows.
 */
public interface Kernels {

    /** Rows of a result that {@link #product} computes at a time; a few that are left over take as long. */
    int TILE_ROWS = 6;

    /**
     * The most terms that {@link #product} adds in one chain. A large term rounds all that come after it in its chain as it is itself rounded: of
     * what an MLP's second product reads, the largest element of a token is 25 to 180 times the median one (some 4,000 times). With chains of a
     * thousand terms an update of SmolLM2-135M by a text of 2,048 tokens was 3 to 6 times as far from float64's.
     */
    int CHAIN = 96;

    /** The number of float lanes whose partial sums are kept apart in reductions: part of a checkpoint's fingerprint. */
    int lanes();

    /** For people: "vector, 512 bit" or "scalar, 16 lanes". */
    String description();

    /** Whether {@link #product} is faster than a BLAS: with 512-bit vectors, which have registers enough for its tile. */
    boolean fastProducts();

    /** Columns of {@link #product}'s panel: four vectors. */
    default int panelColumns() {
        return 4 * lanes();
    }

    /**
     * A panel of a matrix product: {@code C = op(A) B}, or {@code C = D + op(A) B}. The terms of an element come in their order, in chains of fma of
     * {@link #CHAIN} terms, each begun with 0; the chains' sums are added up, and D is added to that: so an element depends neither on the number of
     * lanes nor on the rows computed beside it. Were the first chain begun with D, every term would be rounded as a D much larger than it is, and
     * what a residual stream holds is that.
     *
     * @param transposeA whether A is (depth, rows), or (rows, depth)
     * @param a its rows {@code strideA} apart
     * @param b (depth, panelColumns), contiguous
     * @param c (rows, panelColumns), rows {@code strideC} apart
     * @param d laid out as C is, C itself to add to it; null: zeros
     */
    void product(
            boolean transposeA,
            MemorySegment a,
            int strideA,
            MemorySegment b,
            @Nullable MemorySegment d,
            MemorySegment c,
            int strideC,
            int rows,
            int depth);

    /**
     * {@code Y = X}.
     *
     * @param x (rows, columns), rows {@code strideX} apart
     * @param y (rows, columns), rows {@code strideY} apart, written
     */
    void copy(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY);

    /**
     * {@code Y = Xᵀ}.
     *
     * @param x (rows, columns), rows {@code strideX} apart
     * @param y (columns, rows), rows {@code strideY} apart, written
     */
    void transpose(MemorySegment x, int strideX, int rows, int columns, MemorySegment y, int strideY);

    /** {@code y += x} over n elements. */
    void add(MemorySegment x, MemorySegment y, long n);

    /** The sum of squares: squares and lane sums in double. */
    double sumOfSquares(MemorySegment x, long n);

    /**
     * RMSNorm (Zhang & Sennrich, arXiv 1910.07467): {@code y = x · rstd · weight} with {@code rstd = 1 / sqrt(mean(x²) + eps)}.
     *
     * @param x (rows, width), contiguous
     * @param weight (width)
     * @param y (rows, width), written
     * @param rstd (rows), written
     */
    void rmsNorm(
            MemorySegment x, MemorySegment weight, float eps, MemorySegment y, MemorySegment rstd, int rows, int width);

    /**
     * With {@code g = dy · weight}: {@code dx += rstd · (g - x · rstd² · mean(g · x))}.
     *
     * @param dx (rows, width), added to
     */
    void rmsNormBackward(
            MemorySegment x,
            MemorySegment weight,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dx,
            int rows,
            int width);

    /**
     * {@code dWeight[c] += Σ_r dy[r,c] · x[r,c] · rstd[r]} for the columns from (inclusive) to (exclusive) only, rows in order: threads
     * share the work by columns, so that the sum does not depend on their number.
     */
    void rmsNormWeightGradient(
            MemorySegment x,
            MemorySegment rstd,
            MemorySegment dy,
            MemorySegment dWeight,
            int rows,
            int width,
            int from,
            int to);

    /**
     * Rotary embedding in the Hugging Face layout (Su et al., arXiv 2104.09864): in every head, element j and j + headSize/2 turn by
     * the position's angle j. Applied in place to {@code heads} consecutive heads of each row.
     *
     * @param x (rows, stride), the first head at the segment's start
     * @param cos (positions, headSize/2)
     * @param sin (positions, headSize/2)
     * @param positions each row's position: row r has {@code positions[firstPosition + r]}
     * @param inverse turns back: the backward pass
     */
    void rope(
            MemorySegment x,
            int rows,
            int stride,
            int heads,
            int headSize,
            MemorySegment cos,
            MemorySegment sin,
            int[] positions,
            int firstPosition,
            boolean inverse);

    /**
     * SwiGLU (Shazeer, arXiv 2002.05202): {@code h = silu(gate) · up}.
     *
     * @param gateUp (rows, 2 width): gate left, up right
     * @param h (rows, width), written
     */
    void swiGlu(MemorySegment gateUp, MemorySegment h, int rows, int width);

    /**
     * {@code dUp = dh · silu(gate)} and {@code dGate = dh · up · silu'(gate)}.
     *
     * @param gateUp (rows, 2 width), as in the forward pass
     * @param dh (rows, width)
     * @param dGateUp (rows, 2 width), written; may be {@code gateUp} itself
     */
    void swiGluBackward(MemorySegment gateUp, MemorySegment dh, MemorySegment dGateUp, int rows, int width);

    /**
     * Softmax of attention scores, in place: row r keeps its first {@code valid = min(columns, firstValid + r)} columns,
     * {@code p = exp(scale · s - lse)}, the rest become 0.
     *
     * @param scores (rows, stride)
     * @param lse (rows), written: log of the sum of exp(scale · s)
     * @param scale positive
     */
    void softmax(
            MemorySegment scores, MemorySegment lse, float scale, int rows, int stride, int columns, int firstValid);

    /**
     * Probabilities again and the gradient of scores, in place, with the same mask: {@code p = exp(scale · s - lse)} and {@code dScores =
     * scale · p · (dp - delta)} with {@code delta[r] = Σ_c p[r,c] dp[r,c]}, given by the caller. Both are 0 where p is masked, whatever stood
     * there.
     *
     * @param scores (rows, stride), becomes p
     * @param dp (rows, stride), becomes dScores
     * @param lse (rows) of the forward pass
     * @param delta (rows)
     */
    void softmaxBackward(
            MemorySegment scores,
            MemorySegment dp,
            MemorySegment lse,
            MemorySegment delta,
            float scale,
            int rows,
            int stride,
            int columns,
            int firstValid);

    /**
     * Row-wise dot products: {@code out[r] = Σ_c a[r,c] b[r,c]}.
     *
     * @param a (rows, strideA)
     * @param b (rows, strideB)
     */
    void rowDots(MemorySegment a, int strideA, MemorySegment b, int strideB, MemorySegment out, int rows, int width);

    /**
     * Log-probabilities of given tokens: {@code logp[r] = logits[r, target[r]] - logSumExp(logits[r])}, the sum of exponentials in float
     * lanes, the rest in double.
     *
     * @param logits (rows, width), read
     * @param targets row r's token is {@code targets[first + r]}; logp and lse are indexed likewise
     * @param logp written
     * @param lse written: log-sum-exp of each row, for the backward pass
     * @param figures written, indexed likewise
     */
    void logProbs(
            MemorySegment logits,
            int rows,
            int width,
            int[] targets,
            int first,
            double[] logp,
            double[] lse,
            TokenFigures figures);

    /**
     * Logits become their gradient in place: {@code dLogits[r,v] = slope[r] · (1[v = target[r]] - exp(logits[r,v] - lse[r]))}.
     *
     * @param slopes dLoss/dlogp of each row, indexed as targets
     */
    void logProbsBackward(
            MemorySegment logits, int rows, int width, int[] targets, int first, double[] lse, double[] slopes);

    /**
     * AdamW (Loshchilov & Hutter, arXiv 1711.05101) as torch does it, one pass over the weights: with {@code g' = gradientScale · g},
     * {@code w -= lr · decay · w; m = m + (1-beta1)(g' - m); v = beta2 v + (1-beta2) g'²; w -= (lr / correction1) · m / (sqrt(v) / sqrt(correction2) + eps)}.
     *
     * @param gradientScale the clipping factor, 1 for none
     * @param correction1 {@code 1 - beta1^step}
     * @param correction2 {@code 1 - beta2^step}
     */
    void adamW(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long n,
            float gradientScale,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double correction1,
            double correction2);
}

package dev.dpo4j.train;

import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * AdamW (Loshchilov & Hutter, arXiv 1711.05101), and the gradient's norm. Tensors are cut into pieces of a fixed size, so that
 * results do not depend on the number of threads.
 */
final class AdamW {

    /** Elements in a piece. */
    private static final int PIECE = 1 << 18;

    /** Pieces done before others may have the machine. */
    private static final int PIECES_IN_A_ROW = 64;

    /** A piece of a tensor: of weight, gradient and moments alike. */
    private record Piece(int tensor, long offset, long size) {

        MemorySegment of(List<NamedTensor> tensors) {
            return tensors.get(tensor).data().asSlice(offset * Float.BYTES, size * Float.BYTES);
        }
    }

    private final AdamOptions options;
    private final Compute compute;
    private final ParameterSet moved;
    private final List<NamedTensor> weights;
    private final List<NamedTensor> gradients;
    private final List<NamedTensor> firstMoments;
    private final List<NamedTensor> secondMoments;
    private final Predicate<NamedTensor> decays;
    private final List<Piece> pieces = new ArrayList<>();

    /** An optimizer that spares norm weights from decay, as TRL does; DoRA's magnitudes are none. */
    AdamW(
            AdamOptions options,
            Compute compute,
            ParameterSet weights,
            ParameterSet gradients,
            ParameterSet first,
            ParameterSet second) {
        this(
                options,
                compute,
                weights,
                gradients,
                first,
                second,
                tensor -> !tensor.name().endsWith("norm.weight"));
    }

    /**
     * An optimizer over four sets of one shape.
     *
     * @param decays to which weights weight decay applies
     */
    AdamW(
            AdamOptions options,
            Compute compute,
            ParameterSet weights,
            ParameterSet gradients,
            ParameterSet first,
            ParameterSet second,
            Predicate<NamedTensor> decays) {
        this.options = options;
        this.decays = decays;
        this.compute = compute;
        this.moved = weights;
        this.weights = weights.tensors();
        this.gradients = gradients.tensors();
        this.firstMoments = first.tensors();
        this.secondMoments = second.tensors();
        for (int i = 0; i < this.weights.size(); i++) {
            long size = this.weights.get(i).size();
            for (long offset = 0; offset < size; offset += PIECE) {
                pieces.add(new Piece(i, offset, Math.min(PIECE, size - offset)));
            }
        }
    }

    /** The L2 norm of all gradients. */
    double gradientNorm() {
        return norm(gradients);
    }

    /** The L2 norm of all weights: not finite when one of them is not. */
    double weightNorm() {
        return norm(weights);
    }

    private double norm(List<NamedTensor> tensors) {
        double[] squares = new double[pieces.size()];
        compute.parallel(pieces.size(), (part, worker) -> {
            MemorySegment piece = pieces.get(part).of(tensors);
            squares[part] = compute.kernels().sumOfSquares(piece, pieces.get(part).size);
        });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /**
     * Moves the weights.
     *
     * @param step which step this is, from 1
     * @param gradientScale what clipping multiplies the gradients with
     * @param weightDecay decoupled
     */
    void step(int step, double learningRate, double gradientScale, double weightDecay) {
        double correction1 = 1 - Math.pow(options.beta1(), step);
        double correction2 = 1 - Math.pow(options.beta2(), step);
        for (int first = 0; first < pieces.size(); first += PIECES_IN_A_ROW) {
            int from = first;
            compute.parallel(Math.min(PIECES_IN_A_ROW, pieces.size() - first), (part, worker) -> {
                Piece piece = pieces.get(from + part);
                compute.kernels()
                        .adamW(
                                piece.of(weights),
                                piece.of(gradients),
                                piece.of(firstMoments),
                                piece.of(secondMoments),
                                piece.size,
                                (float) gradientScale,
                                learningRate,
                                options.beta1(),
                                options.beta2(),
                                options.epsilon(),
                                decays.test(weights.get(piece.tensor)) ? weightDecay : 0,
                                correction1,
                                correction2);
            });
            compute.yieldTurn();
        }
        moved.changed();
    }

    /** What clipping to a norm multiplies gradients with, as torch's {@code clip_grad_norm_}; 1 when clipping is off. */
    static double clipping(double norm, double maxNorm) {
        return maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
    }
}

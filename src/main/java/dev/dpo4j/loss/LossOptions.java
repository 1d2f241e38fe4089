package dev.dpo4j.loss;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which loss, by TRL's options. Checked as a whole where a {@link #loss} is made of it.
 *
 * @param types at least one; several are added up
 * @param weights what each counts in the sum, as many as there are types
 * @param labelSmoothing the share of preferences taken to be wrong, for losses that know of it
 * @param divergenceType what holds the policy to the reference
 * @param alpha the alpha divergence's coefficient
 * @param discopopTau DiscoPOP's temperature
 * @param dpopLambda the weight of DPOP's penalty
 */
public record LossOptions(
        List<LossType> types,
        List<Double> weights,
        double labelSmoothing,
        DivergenceType divergenceType,
        double alpha,
        double discopopTau,
        double dpopLambda) {

    public static final double DISCOPOP_TAU = 0.05;
    public static final double ALPHA = 0.5;
    public static final double DPOP_LAMBDA = 50;

    /** DPO as its paper has it. */
    public static final LossOptions SIGMOID = new LossOptions(
            List.of(LossType.SIGMOID), List.of(1.0), 0, DivergenceType.REVERSE_KL, ALPHA, DISCOPOP_TAU, DPOP_LAMBDA);

    public LossOptions {
        types = List.copyOf(types);
        weights = List.copyOf(weights);
    }

    /**
     * The loss.
     *
     * @param beta what every loss is given as its beta, positive
     * @throws InvalidLossException naming the first parameter that is out of range, or has no meaning beside the others
     */
    public PreferenceLoss loss(double beta) {
        if (types.isEmpty()) {
            throw new InvalidLossException("loss_type", "must name at least one loss");
        }
        if (weights.size() != types.size()) {
            throw new InvalidLossException(
                    "loss_weights",
                    "must have one weight for each loss, %d, not %d".formatted(types.size(), weights.size()));
        }
        weights.forEach(weight -> Parameters.requirePositive("loss_weights", weight));
        requireMeaning();
        return new PreferenceLoss(
                beta,
                IntStream.range(0, types.size())
                        .mapToObj(i -> new PreferenceLoss.Term(types.get(i).with(beta, this), weights.get(i)))
                        .toList());
    }

    /** TRL says nothing when smoothing has no effect; here it must have one. */
    private void requireMeaning() {
        if (labelSmoothing != 0 && types.stream().noneMatch(LossType::takesLabelSmoothing)) {
            throw new InvalidLossException("label_smoothing", "has no effect on " + names(types));
        }
        List<LossType> strangers =
                types.stream().filter(type -> !type.takesDivergence()).toList();
        if (divergenceType != DivergenceType.REVERSE_KL && !strangers.isEmpty()) {
            throw new InvalidLossException(
                    "f_divergence_type",
                    "can only be reverse_kl with " + names(strangers) + ", which is no function of scores");
        }
    }

    Divergence divergence() {
        return divergenceType.with(alpha);
    }

    private static String names(List<LossType> types) {
        return types.stream().map(LossType::wireName).collect(Collectors.joining(", "));
    }
}

package dev.dpo4j.loss;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which loss, by TRL's options. Checked as a whole where a {@link #loss} is made of it, and for {@link #requireEffects} where it is asked for.
 *
 * @param types at least one; several are added up
 * @param weights what each counts in the sum, as many as there are types
 * @param labelSmoothing the share of preferences taken to be wrong, for losses that know of it
 * @param divergenceType what holds the policy to the reference
 * @param alpha the alpha divergence's coefficient
 * @param discopopTau DiscoPOP's temperature
 * @param dpopLambda the weight of DPOP's penalty
 * @param cpoAlpha what CPO's likelihood counts
 * @param simpoGamma SimPO's margin
 * @param rejectedRanked whether the rejected answers stand from the best to the worst
 * @param withoutReference whether the reference is left away whatever the loss
 * @param weighted whether pairs are weighed by WPO
 * @param ldAlpha LD-DPO's alpha; null: none
 * @param labelWeights what labelled answers count; of jobs from before there were any, alike
 */
public record LossOptions(
        List<LossType> types,
        List<Double> weights,
        double labelSmoothing,
        DivergenceType divergenceType,
        double alpha,
        double discopopTau,
        double dpopLambda,
        double cpoAlpha,
        double simpoGamma,
        boolean rejectedRanked,
        boolean withoutReference,
        boolean weighted,
        @Nullable Double ldAlpha,
        LabelWeights labelWeights) {

    public static final double DISCOPOP_TAU = 0.05;
    public static final double ALPHA = 0.5;
    public static final double DPOP_LAMBDA = 50;
    public static final double CPO_ALPHA = 1;
    public static final double SIMPO_GAMMA = 0.5;

    /** DPO as its paper has it. */
    public static final LossOptions SIGMOID = of(List.of(LossType.SIGMOID));

    public LossOptions {
        types = List.copyOf(types);
        weights = List.copyOf(weights);
        labelWeights = Objects.requireNonNullElse(labelWeights, LabelWeights.EVEN);
    }

    /** Losses that count alike, with their papers' parameters. */
    public static LossOptions of(List<LossType> types) {
        return new LossOptions(
                types,
                Collections.nCopies(types.size(), 1.0),
                0,
                DivergenceType.REVERSE_KL,
                ALPHA,
                DISCOPOP_TAU,
                DPOP_LAMBDA,
                CPO_ALPHA,
                SIMPO_GAMMA,
                false,
                false,
                false,
                null,
                LabelWeights.EVEN);
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
                        .toList(),
                referenceFree(),
                weighted,
                ldAlpha);
    }

    /**
     * Refuses options that change nothing, unless they are what they are by themselves. Losses are made without asking it: jobs from before it
     * asked have such options.
     *
     * @throws InvalidLossException naming the first of them
     */
    public void requireEffects() {
        requireOf(LossType.DISCOPOP, "discopop_tau", discopopTau != DISCOPOP_TAU);
        requireOf(LossType.DPOP, "dpop_lambda", dpopLambda != DPOP_LAMBDA);
        requireOf(LossType.CPO, "cpo_alpha", cpoAlpha != CPO_ALPHA);
        requireOf(LossType.SIMPO, "simpo_gamma", simpoGamma != SIMPO_GAMMA);
        if (alpha != ALPHA && divergenceType != DivergenceType.ALPHA_DIVERGENCE) {
            throw new InvalidLossException(
                    "f_alpha_divergence_coef",
                    "has no effect on %s: it is of alpha_divergence".formatted(divergenceType.wireName()));
        }
        if (withoutReference && haveNoReference()) {
            throw new InvalidLossException(
                    "reference_free", "has no effect on " + names(types) + ", without a reference by themselves");
        }
        if (ldAlpha != null && types.stream().allMatch(LossType::takesWholeSums)) {
            throw new InvalidLossException(
                    "ld_alpha",
                    "has no effect on " + names(types) + ", of which all tokens count: it reduces what is compared");
        }
    }

    private void requireOf(LossType type, String option, boolean given) {
        if (given && !types.contains(type)) {
            throw new InvalidLossException(
                    option, "has no effect on %s: it is of %s".formatted(names(types), type.wireName()));
        }
    }

    /** Whether no reference is needed: {@code sft} needs none either, but alone leaves it to rewards to be told from. */
    private boolean referenceFree() {
        return withoutReference || haveNoReference();
    }

    private boolean haveNoReference() {
        return types.stream().allMatch(LossType::needsNoReference)
                && types.stream().anyMatch(type -> type != LossType.SFT);
    }

    /** TRL says nothing when smoothing has no effect; here it must have one. */
    private void requireMeaning() {
        if (labelSmoothing != 0 && types.stream().noneMatch(LossType::takesLabelSmoothing)) {
            throw new InvalidLossException("label_smoothing", "has no effect on " + names(types));
        }
        if (rejectedRanked && !types.contains(LossType.PLACKETT_LUCE)) {
            throw new InvalidLossException("rejected_ranked", "has no effect on " + names(types));
        }
        if (weighted) {
            requirePairs("use_weighting", LossType::looksAtMoreThanAPair);
        }
        if (ldAlpha != null) {
            Parameters.requireInRange("ld_alpha", ldAlpha, 0, 1);
            requirePairs("ld_alpha", LossType::looksAtAllAnswers);
        }
        requireOneKind();
        if (divergenceType != DivergenceType.REVERSE_KL && types.stream().allMatch(type -> type == LossType.SFT)) {
            throw new InvalidLossException("f_divergence_type", "has no effect on " + names(types));
        }
        List<LossType> strangers =
                types.stream().filter(type -> !type.takesDivergence()).toList();
        if (divergenceType != DivergenceType.REVERSE_KL && !strangers.isEmpty()) {
            throw new InvalidLossException(
                    "f_divergence_type",
                    "can only be reverse_kl with " + names(strangers) + ", which is no function of scores");
        }
    }

    private void requireOneKind() {
        List<LossType> labelled = types.stream().filter(LossType::isLabelled).toList();
        if (labelled.isEmpty() && !labelWeights.equals(LabelWeights.EVEN)) {
            throw new InvalidLossException(
                    labelWeights.desirable() == 1 ? "undesirable_weight" : "desirable_weight",
                    "has no effect on " + names(types));
        }
        if (!labelled.isEmpty() && labelled.size() < types.size()) {
            throw new InvalidLossException(
                    "loss_type",
                    "can only be " + names(labelled)
                            + ", which is of answers labelled good or bad, or losses of preferences, not both");
        }
        if (!labelled.isEmpty() && withoutReference) {
            throw new InvalidLossException(
                    "reference_free", "cannot go with " + names(labelled) + ", which is told from the reference");
        }
    }

    private void requirePairs(String option, Predicate<LossType> looksAtMore) {
        List<LossType> labelled = types.stream().filter(LossType::isLabelled).toList();
        if (!labelled.isEmpty()) {
            throw new InvalidLossException(
                    option, "is of pairs, and cannot go with " + names(labelled) + ", which has none");
        }
        List<LossType> ofMore = types.stream().filter(looksAtMore).toList();
        if (!ofMore.isEmpty()) {
            throw new InvalidLossException(
                    option, "is of pairs, and cannot go with " + names(ofMore) + ", which looks at more than one");
        }
    }

    Divergence divergence() {
        return divergenceType.with(alpha);
    }

    private static String names(List<LossType> types) {
        return types.stream().map(LossType::wireName).collect(Collectors.joining(", "));
    }
}

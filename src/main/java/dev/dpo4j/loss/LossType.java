package dev.dpo4j.loss;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The losses by their names on the wire, which are TRL's where it has them. */
public enum LossType {
    SIGMOID,
    HINGE,
    IPO,
    EXO_PAIR,
    NCA_PAIR,
    ROBUST,
    BCO_PAIR,
    SPPO_HARD,
    APO_ZERO,
    APO_DOWN,
    DISCOPOP,
    SIGMOID_NORM,
    AOT,
    AOT_UNPAIRED,
    SFT,
    DPOP,
    PLACKETT_LUCE,
    CPO,
    SIMPO,
    ORPO,
    KTO,
    APO_ZERO_UNPAIRED;

    /** As it is written in requests. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The loss of a name. */
    public static Optional<LossType> of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst();
    }

    /** All names, in order. */
    public static List<String> wireNames() {
        return Arrays.stream(values()).map(LossType::wireName).toList();
    }

    /** Whether it is a function of scores, which an f-divergence makes of log-ratios. */
    boolean takesDivergence() {
        return switch (this) {
            case SIGMOID, HINGE, IPO, EXO_PAIR, ROBUST, DISCOPOP, SIGMOID_NORM -> true;
            case NCA_PAIR, BCO_PAIR, SPPO_HARD, APO_ZERO, APO_DOWN, AOT, AOT_UNPAIRED, DPOP, PLACKETT_LUCE -> false;
            case CPO, SIMPO, ORPO, KTO, APO_ZERO_UNPAIRED -> false;
            case SFT -> true; // it has none, and goes along with those that have
        };
    }

    /** Whether it never looks at the reference. */
    boolean needsNoReference() {
        return switch (this) {
            case SFT, CPO, SIMPO, ORPO -> true;
            default -> false;
        };
    }

    /** Whether it is of answers that are labelled good or bad, and of no preferences. */
    boolean isLabelled() {
        return this == KTO || this == APO_ZERO_UNPAIRED;
    }

    /** Whether its value belongs to more than one pair of answers. */
    boolean looksAtMoreThanAPair() {
        return switch (this) {
            case AOT, AOT_UNPAIRED, PLACKETT_LUCE -> true;
            default -> false;
        };
    }

    /** Whether it takes a preference's answers all at once, of which then none is one of a pair. */
    boolean looksAtAllAnswers() {
        return this == PLACKETT_LUCE;
    }

    /** Whether it looks at answers' whole likelihoods alone, of which LD-DPO reduces nothing. */
    boolean takesWholeSums() {
        return this == SFT || this == ORPO;
    }

    boolean takesLabelSmoothing() {
        return switch (this) {
            case SIGMOID, EXO_PAIR, ROBUST, AOT, AOT_UNPAIRED, CPO, SIMPO -> true;
            default -> false;
        };
    }

    Loss with(double beta, LossOptions options) {
        double smoothing = options.labelSmoothing();
        Divergence divergence = options.divergence();
        return switch (this) {
            case SIGMOID -> new SigmoidLoss(beta, smoothing, divergence);
            case HINGE -> new HingeLoss(beta, divergence);
            case IPO -> new IpoLoss(beta, divergence);
            case EXO_PAIR -> new ExoPairLoss(beta, smoothing, divergence);
            case NCA_PAIR -> new NcaPairLoss(beta);
            case ROBUST -> new RobustLoss(beta, smoothing, divergence);
            case BCO_PAIR -> new BcoPairLoss(beta);
            case SPPO_HARD -> new SppoHardLoss(beta);
            case APO_ZERO -> new ApoZeroLoss(beta);
            case APO_DOWN -> new ApoDownLoss(beta);
            case DISCOPOP -> new DiscopopLoss(beta, options.discopopTau(), divergence);
            case SIGMOID_NORM -> new SigmoidNormLoss(beta, divergence);
            case AOT -> new AotLoss(beta, smoothing);
            case AOT_UNPAIRED -> new AotUnpairedLoss(beta, smoothing);
            case SFT -> new SftLoss();
            case DPOP -> new DpopLoss(beta, options.dpopLambda());
            case PLACKETT_LUCE -> new PlackettLuceLoss(beta, options.rejectedRanked());
            case CPO -> new CpoLoss(beta, smoothing, options.cpoAlpha());
            case SIMPO -> new SimpoLoss(beta, smoothing, options.simpoGamma());
            case ORPO -> new OrpoLoss(beta);
            case KTO -> new KtoLoss(beta, options.labelWeights());
            case APO_ZERO_UNPAIRED -> new ApoZeroUnpairedLoss(beta, options.labelWeights());
        };
    }
}

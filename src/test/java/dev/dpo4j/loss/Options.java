package dev.dpo4j.loss;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link LossOptions} one by one, from the papers' on. */
public final class Options {

    private final List<LossType> types;
    private List<Double> weights;
    private double labelSmoothing;
    private DivergenceType divergence = DivergenceType.REVERSE_KL;
    private double alpha = LossOptions.ALPHA;
    private boolean withoutReference;
    private boolean weighted;
    private @Nullable Double ldAlpha;
    private LabelWeights labelWeights = LabelWeights.EVEN;

    private Options(List<LossType> types) {
        this.types = types;
        this.weights = LossOptions.of(types).weights();
    }

    public static Options of(LossType... types) {
        return new Options(List.of(types));
    }

    public static Options of(List<LossType> types) {
        return new Options(types);
    }

    public Options weights(List<Double> ofTypes) {
        weights = ofTypes;
        return this;
    }

    public Options labelSmoothing(double share) {
        labelSmoothing = share;
        return this;
    }

    public Options divergence(DivergenceType type, double coefficient) {
        divergence = type;
        alpha = coefficient;
        return this;
    }

    public Options withoutReference(boolean on) {
        withoutReference = on;
        return this;
    }

    public Options weighted(boolean on) {
        weighted = on;
        return this;
    }

    public Options ldAlpha(@Nullable Double value) {
        ldAlpha = value;
        return this;
    }

    public Options labelWeights(double desirable, double undesirable) {
        labelWeights = new LabelWeights(desirable, undesirable);
        return this;
    }

    public LossOptions build() {
        return new LossOptions(
                types,
                weights,
                labelSmoothing,
                divergence,
                alpha,
                LossOptions.DISCOPOP_TAU,
                LossOptions.DPOP_LAMBDA,
                LossOptions.CPO_ALPHA,
                LossOptions.SIMPO_GAMMA,
                false,
                withoutReference,
                weighted,
                ldAlpha,
                labelWeights);
    }
}

package dev.dpo4j.api;

import static java.util.Objects.requireNonNullElse;

import dev.dpo4j.loss.InvalidLossException;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one place where a loss's absent options get their values: TRL's, but for what the contract names. */
final class LossDefaults {

    private LossDefaults() {}

    /**
     * The options with every gap filled.
     *
     * @param path what stands before the options' names in the request
     * @throws ApiException naming the first option that is out of range, or has no meaning beside the others
     */
    static LossOptions resolve(
            String path,
            double beta,
            @Nullable LossTypes types,
            @Nullable List<Double> weights,
            @Nullable Double labelSmoothing,
            @Nullable FDivergence divergence,
            @Nullable Double alpha,
            @Nullable Double discopopTau,
            @Nullable Double dpopLambda) {
        List<LossType> wanted = types == null ? LossOptions.SIGMOID.types() : types.types();
        LossOptions options = new LossOptions(
                wanted,
                requireNonNullElse(weights, Collections.nCopies(wanted.size(), 1.0)),
                requireNonNullElse(labelSmoothing, 0.0),
                requireNonNullElse(divergence, FDivergence.reverse_kl).type(),
                requireNonNullElse(alpha, LossOptions.ALPHA),
                requireNonNullElse(discopopTau, LossOptions.DISCOPOP_TAU),
                requireNonNullElse(dpopLambda, LossOptions.DPOP_LAMBDA));
        try {
            options.loss(beta);
            return options;
        } catch (InvalidLossException e) {
            throw ApiException.badRequest("invalid_value", path + e.parameter(), String.valueOf(e.getMessage()));
        }
    }
}

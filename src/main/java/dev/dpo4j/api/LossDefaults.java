package dev.dpo4j.api;

import static java.util.Objects.requireNonNullElse;

import dev.dpo4j.loss.InvalidLossException;
import dev.dpo4j.loss.LabelWeights;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one place where a loss's absent options get their values: TRL's, but for what the contract names. */
final class LossDefaults {

    private static final double BETA = 0.1;
    private static final double MAX_BETA = 100; // OpenAI's is 2, which is little for losses per token

    private LossDefaults() {}

    /**
     * The beta of a request, where it is left away or automatic that of the paper.
     *
     * @param path what stands before the options' names in the request
     * @throws ApiException if it is out of range
     */
    static double beta(String path, @Nullable AutoNumber given) {
        Double value = given == null ? null : given.value();
        if (value == null) {
            return BETA;
        }
        if (!(value > 0 && value <= MAX_BETA)) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE, path + "beta", "beta must be over 0 and at most 100, not " + value);
        }
        return value;
    }

    /**
     * The options with every gap filled.
     *
     * @param path what stands before the options' names in the request
     * @throws ApiException naming the first option that is out of range, or has no meaning beside the others
     */
    static LossOptions resolve(String path, double beta, LossFields fields) {
        LossTypes given = fields.lossType();
        List<LossType> types = given == null ? LossOptions.SIGMOID.types() : given.types();
        LossOptions options = new LossOptions(
                types,
                requireNonNullElse(fields.lossWeights(), Collections.nCopies(types.size(), 1.0)),
                requireNonNullElse(fields.labelSmoothing(), 0.0),
                requireNonNullElse(fields.fDivergenceType(), FDivergence.reverse_kl)
                        .type(),
                requireNonNullElse(fields.fAlphaDivergenceCoef(), LossOptions.ALPHA),
                requireNonNullElse(fields.discopopTau(), LossOptions.DISCOPOP_TAU),
                requireNonNullElse(fields.dpopLambda(), LossOptions.DPOP_LAMBDA),
                requireNonNullElse(fields.cpoAlpha(), LossOptions.CPO_ALPHA),
                requireNonNullElse(fields.simpoGamma(), LossOptions.SIMPO_GAMMA),
                requireNonNullElse(fields.rejectedRanked(), false),
                requireNonNullElse(fields.referenceFree(), false),
                requireNonNullElse(fields.useWeighting(), false),
                fields.ldAlpha(),
                new LabelWeights(
                        requireNonNullElse(fields.desirableWeight(), LabelWeights.EVEN.desirable()),
                        requireNonNullElse(fields.undesirableWeight(), LabelWeights.EVEN.undesirable())));
        try {
            options.loss(beta);
            options.requireEffects();
            return options;
        } catch (InvalidLossException e) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE, path + e.parameter(), String.valueOf(e.getMessage()));
        }
    }
}

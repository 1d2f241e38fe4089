package dev.dpo4j.kernel;

/**
 * What a step of AdamW multiplies with, worked out in double and rounded to float once, as torch rounds its Python numbers.
 *
 * @param gradientScale the clipping factor
 * @param keep {@code 1 - lr · weightDecay}
 * @param gain1 {@code 1 - beta1}
 * @param beta2 what the second moment keeps
 * @param gain2 {@code 1 - beta2}
 * @param rootCorrection2 {@code sqrt(correction2)}
 * @param eps added to the denominator
 * @param step {@code lr / correction1}
 */
record AdamWFactors(
        float gradientScale,
        float keep,
        float gain1,
        float beta2,
        float gain2,
        float rootCorrection2,
        float eps,
        float step) {

    static AdamWFactors of(
            float gradientScale,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double correction1,
            double correction2) {
        return new AdamWFactors(
                gradientScale,
                (float) (1 - lr * weightDecay),
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) Math.sqrt(correction2),
                (float) eps,
                (float) (lr / correction1));
    }
}

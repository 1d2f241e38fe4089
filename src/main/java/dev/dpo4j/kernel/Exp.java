package dev.dpo4j.kernel;

/**
 * The exponential function in float, the same bits in every compiler tier: {@code exp(x) = 2^k exp(r)} with {@code k = round(x / ln 2)},
 * {@code |r| <= ln(2) / 2}, and exp(r) by its Taylor series to the seventh power, whose first missing term is below 6e-9.
 *
 * <p>Within 1.2e-7 of the true value where that is a normal float; rounds to 0 from -104 down, to infinity above the largest float; NaN
 * stays NaN. {@link VectorExp} takes the same steps, lane by lane.
 */
final class Exp {

    /** exp is 0 from here down: below half the smallest float, 2^-150. */
    static final float LOWEST = -104;

    /** exp is a normal float from here up, also where the series is below 1: a little above -126 ln 2. */
    static final float LOWEST_NORMAL = -87;

    /** exp is infinite from here up. */
    static final float HIGHEST = 89;

    static final float INVERSE_LN2 = 0x1.715476p0f;

    /** Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits. */
    static final float ROUNDER = 0x1.8p23f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** ln 2 in two parts: k times the first, which has ten bits, is exact. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = (float) (0x1.62e42fefa39efp-1 - LN2_HIGH);

    static final float C2 = 1f / 2;
    static final float C3 = 1f / 6;
    static final float C4 = 1f / 24;
    static final float C5 = 1f / 120;
    static final float C6 = 1f / 720;
    static final float C7 = 1f / 5040;

    static final int EXPONENT_BIAS = 127;
    static final int EXPONENT_SHIFT = 23;

    private Exp() {}

    /** Where it is a normal float, in two thirds of the steps: 0 below {@link #LOWEST_NORMAL}; x must be below 88. */
    static float normal(float x) {
        if (x < LOWEST_NORMAL) { // not NaN
            return 0;
        }
        float rounded = Math.fma(x, INVERSE_LN2, ROUNDER);
        int exponent =
                Float.floatToRawIntBits(rounded) << EXPONENT_SHIFT; // k, since nothing else of the rounder is left
        return Float.intBitsToFloat(Float.floatToRawIntBits(series(x, rounded - ROUNDER)) + exponent);
    }

    static float exp(float x) {
        float clamped = Math.min(Math.max(x, LOWEST), HIGHEST); // NaN passes both
        float rounded = Math.fma(clamped, INVERSE_LN2, ROUNDER);
        float series = series(clamped, rounded - ROUNDER);

        // 2^k as two factors, since k runs from -150 to 128 and a float's exponent from -126 to 127
        int exponent = Float.floatToRawIntBits(rounded) - ROUNDER_BITS;
        int half = exponent >> 1;
        return series * powerOfTwo(half) * powerOfTwo(exponent - half);
    }

    /** exp(r) of {@code r = x - k ln 2} */
    private static float series(float x, float k) {
        float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));
        float series = Math.fma(C7, r, C6);
        series = Math.fma(series, r, C5);
        series = Math.fma(series, r, C4);
        series = Math.fma(series, r, C3);
        series = Math.fma(series, r, C2);
        series = Math.fma(series, r, 1f);
        return Math.fma(series, r, 1f);
    }

    /** {@code 1 / (1 + exp(-x))} */
    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    private static float powerOfTwo(int exponent) {
        return Float.intBitsToFloat((exponent + EXPONENT_BIAS) << EXPONENT_SHIFT);
    }
}

package dev.dpo4j.kernel;

/**
 * The exponential function in float, the same bits in every compiler tier: {@code exp(x) = 2^k exp(r)} with {@code k = round(x / ln 2)},
 * {@code |r| <= ln(2) / 2}, and exp(r) by its Taylor series to the seventh power, whose first missing term is below 6e-9.
 *
 * <p>Within 1.2e-7 of the true value from {@link #LOWEST} to {@link #HIGHEST}, which is nearly everywhere where that is a normal float; 0
 * below, infinity above; NaN stays NaN. {@link VectorExp} takes the same steps, lane by lane.
 */
final class Exp {

    /** From here up exp is a normal float, also where the series is below 1: a little above -126 ln 2. */
    static final float LOWEST = -87;

    /** Up to here 2^k is a float: a little below 127 ln 2. */
    static final float HIGHEST = 88;

    static final float INVERSE_LN2 = 0x1.715476p0f;

    /** Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits. */
    static final float ROUNDER = 0x1.8p23f;

    /** ln 2 in two parts: k times the first, which has ten bits, is exact. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = (float) (0x1.62e42fefa39efp-1 - LN2_HIGH);

    static final float C2 = 1f / 2;
    static final float C3 = 1f / 6;
    static final float C4 = 1f / 24;
    static final float C5 = 1f / 120;
    static final float C6 = 1f / 720;
    static final float C7 = 1f / 5040;

    static final int EXPONENT_SHIFT = 23;

    private Exp() {}

    static float exp(float x) {
        if (x < LOWEST) {
            return 0;
        }
        if (x > HIGHEST) {
            return Float.POSITIVE_INFINITY;
        }
        float rounded = Math.fma(x, INVERSE_LN2, ROUNDER);
        float k = rounded - ROUNDER;
        float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));

        float series = Math.fma(C7, r, C6);
        series = Math.fma(series, r, C5);
        series = Math.fma(series, r, C4);
        series = Math.fma(series, r, C3);
        series = Math.fma(series, r, C2);
        series = Math.fma(series, r, 1f);
        series = Math.fma(series, r, 1f);

        int exponent = Float.floatToRawIntBits(rounded) << EXPONENT_SHIFT; // k: of the rounder nothing is left
        return Float.intBitsToFloat(Float.floatToRawIntBits(series) + exponent);
    }

    /** {@code 1 / (1 + exp(-x))} */
    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }
}

package dev.dpo4j.kernel;

/**
 * The one order in which a reduction adds up, whatever runs it.
 *
 * <p>Four vectors of partial sums take turns over the elements, since one fma waits for the last: with L lanes, element i goes to partial
 * sum {@code i mod 4L} as long as whole groups of 4L are left, then to {@code i mod L} while whole vectors are left; what remains has a
 * sum of its own. At the end lane k is {@code (s[k] + s[k+L]) + (s[k+2L] + s[k+3L])}, and the lanes are added from first to last in
 * double, the remainder last.
 */
final class LaneOrder {

    /** How many vectors of partial sums take turns. */
    static final int UNROLL = 4;

    /**
     * Longer arrays are worked on in blocks of this many elements: calls short and frequent enough for the compiler to notice, and int
     * counters in every loop. The sum of squares of a block is one term of the whole.
     */
    static final int BLOCK = 1 << 12;

    private LaneOrder() {}

    /** How many partial sums {@link #partial} tells apart. */
    static int partials(int lanes) {
        return UNROLL * lanes + 1;
    }

    /** The partial sum for element {@code i} of {@code n}; lanes is a power of two. */
    static int partial(int i, int n, int lanes) {
        int group = UNROLL * lanes;
        if (i < wholeMultiple(n, group)) {
            return i & (group - 1);
        }
        return i < wholeMultiple(n, lanes) ? i & (lanes - 1) : group;
    }

    /** The largest multiple of {@code step}, a power of two, that is at most n. */
    static int wholeMultiple(int n, int step) {
        return n & -step;
    }

    /** From partial sums as {@link #partial} numbers them to their total. */
    static double total(float[] partials) {
        int lanes = (partials.length - 1) / UNROLL;
        float[] folded = new float[lanes];
        for (int k = 0; k < lanes; k++) {
            folded[k] = (partials[k] + partials[k + lanes]) + (partials[k + 2 * lanes] + partials[k + 3 * lanes]);
        }
        return total(folded, partials[UNROLL * lanes]);
    }

    static double total(double[] partials) {
        int lanes = (partials.length - 1) / UNROLL;
        double[] folded = new double[lanes];
        for (int k = 0; k < lanes; k++) {
            folded[k] = (partials[k] + partials[k + lanes]) + (partials[k + 2 * lanes] + partials[k + 3 * lanes]);
        }
        return total(folded, partials[UNROLL * lanes]);
    }

    static double total(float[] lanes, float remainder) {
        double sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum + remainder;
    }

    static double total(double[] lanes, double remainder) {
        double sum = 0;
        for (double lane : lanes) {
            sum += lane;
        }
        return sum + remainder;
    }
}

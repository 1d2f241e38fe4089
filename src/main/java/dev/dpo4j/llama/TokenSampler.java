package dev.dpo4j.llama;

import java.util.Arrays;
import java.util.Random;

/** Chooses a token from a row of logits. Its random numbers are {@link Random}'s, whose algorithm is part of its contract. */
final class TokenSampler {

    private final Sampling sampling;
    private final Random random;

    TokenSampler(Sampling sampling) {
        this.sampling = sampling;
        this.random = new Random(sampling.seed());
    }

    /**
     * The next token.
     *
     * @param logits (V), finite
     */
    int next(float[] logits) {
        int likeliest = likeliest(logits);
        if (sampling.temperature() == 0) {
            return likeliest;
        }
        double[] weights = weights(logits, logits[likeliest]);
        double threshold = random.nextDouble();
        if (sampling.topP() == 1) {
            return draw(weights, indices(logits.length), logits.length, threshold);
        }
        int[] order = descending(logits);
        return draw(weights, order, nucleus(weights, order), threshold);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Probabilities at this temperature, up to a common factor. */
    private double[] weights(float[] logits, float largest) {
        double[] weights = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = Math.exp(((double) logits[i] - largest) / sampling.temperature());
        }
        return weights;
    }

    /** How many of the likeliest tokens it takes to reach top-p; at least one. */
    private int nucleus(double[] weights, int[] order) {
        double wanted = sampling.topP() * sum(weights, order, order.length);
        double reached = 0;
        for (int n = 0; n < order.length; n++) {
            reached += weights[order[n]];
            if (reached >= wanted) {
                return n + 1;
            }
        }
        return order.length;
    }

    /** The token in whose share of the sum a number from 0 to 1 falls. */
    private static int draw(double[] weights, int[] order, int count, double threshold) {
        double point = threshold * sum(weights, order, count);
        double passed = 0;
        for (int n = 0; n < count - 1; n++) {
            passed += weights[order[n]];
            if (point < passed) {
                return order[n];
            }
        }
        return order[count - 1];
    }

    private static double sum(double[] weights, int[] order, int count) {
        double sum = 0;
        for (int n = 0; n < count; n++) {
            sum += weights[order[n]];
        }
        return sum;
    }

    private static int[] indices(int length) {
        int[] indices = new int[length];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    /** Token ids, the largest logit first, the lower id first among equals: sorted as numbers that hold both. */
    private static int[] descending(float[] logits) {
        long[] keys = new long[logits.length];
        for (int i = 0; i < logits.length; i++) {
            int bits = Float.floatToIntBits(logits[i] + 0f); // + 0: one zero, not two
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE); // orders as the float does
            keys[i] = ((long) ~ordered << Integer.SIZE) | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }
}

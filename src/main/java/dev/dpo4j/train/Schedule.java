package dev.dpo4j.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Which preferences each optimizer step sees: an epoch's order is cut into micro-steps of {@code batch_size} preferences, the last
 * one perhaps shorter, and {@code gradient_accumulation_steps} of those make a step, the last one perhaps of fewer (as in TRL). An
 * epoch's order is computed once, when its first step is asked for: a step must not take longer the more preferences there are.
 */
final class Schedule {

    private final int preferences;
    private final Hyperparameters hyperparameters;
    private final int stepsPerEpoch;
    private final int totalSteps;
    private final IntFunction<int[]> orders;
    private int epoch;
    private int[] order = {}; // of that epoch, once asked for

    Schedule(int preferences, Hyperparameters hyperparameters) {
        this(
                preferences,
                hyperparameters,
                epoch -> EpochOrder.of(preferences, hyperparameters.shuffle(), hyperparameters.orderSeed(), epoch));
    }

    /** A schedule of other orders: {@code orders} gives each epoch's, a permutation of the preferences. */
    Schedule(int preferences, Hyperparameters hyperparameters, IntFunction<int[]> orders) {
        this.preferences = preferences;
        this.hyperparameters = hyperparameters;
        this.orders = orders;
        int microSteps = ceil(preferences, hyperparameters.batchSize());
        this.stepsPerEpoch = ceil(microSteps, hyperparameters.gradientAccumulationSteps());
        Integer maxSteps = hyperparameters.maxSteps();
        this.totalSteps = maxSteps != null ? maxSteps : Math.multiplyExact(stepsPerEpoch, hyperparameters.epochs());
    }

    int stepsPerEpoch() {
        return stepsPerEpoch;
    }

    int totalSteps() {
        return totalSteps;
    }

    /** Passes over the data after {@code step} steps. */
    double epoch(int step) {
        return (double) step / stepsPerEpoch;
    }

    /** The preferences of each micro-step of a step, counted from 0. */
    List<List<Integer>> microSteps(int step) {
        int[] ofEpoch = order(step / stepsPerEpoch);
        int size = hyperparameters.batchSize();
        long stepSize = (long) size * hyperparameters.gradientAccumulationSteps();
        long first = step % stepsPerEpoch * stepSize;
        int[] rows = Arrays.copyOfRange(ofEpoch, (int) first, (int) Math.min(preferences, first + stepSize));
        return slices(rows.length, size).stream()
                .map(slice -> slice.stream().map(i -> rows[i]).toList())
                .toList();
    }

    private int[] order(int wanted) {
        if (wanted != epoch || order.length == 0) {
            order = orders.apply(wanted);
            epoch = wanted;
        }
        return order;
    }

    /** 0 to n - 1 in consecutive slices. */
    static List<List<Integer>> slices(int n, int size) {
        List<List<Integer>> slices = new ArrayList<>();
        for (int first = 0; first < n; first += size) {
            List<Integer> slice = new ArrayList<>();
            for (int i = first; i < Math.min(n, first + size); i++) {
                slice.add(i);
            }
            slices.add(slice);
        }
        return slices;
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }
}

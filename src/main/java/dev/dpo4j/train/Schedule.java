package dev.dpo4j.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Which preferences each optimizer step sees: an epoch's order is cut into micro-steps of {@code batch_size} preferences, the last
 * one perhaps shorter, and {@code gradient_accumulation_steps} of those make a step, the last one perhaps of fewer (as in TRL).
 */
final class Schedule {

    private final int preferences;
    private final Hyperparameters hyperparameters;
    private final int stepsPerEpoch;
    private final int totalSteps;

    Schedule(int preferences, Hyperparameters hyperparameters) {
        this.preferences = preferences;
        this.hyperparameters = hyperparameters;
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
        int epoch = step / stepsPerEpoch;
        int[] order = EpochOrder.of(preferences, hyperparameters.shuffle(), hyperparameters.seed(), epoch);
        int accumulation = hyperparameters.gradientAccumulationSteps();
        List<List<Integer>> slices = slices(preferences, hyperparameters.batchSize());
        int first = step % stepsPerEpoch * accumulation;
        return slices.subList(first, Math.min(slices.size(), first + accumulation)).stream()
                .map(slice -> slice.stream().map(i -> order[i]).toList())
                .toList();
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

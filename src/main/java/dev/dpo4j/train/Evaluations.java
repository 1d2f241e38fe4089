package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/**
 * What a run's evaluations have come to: transformers' {@code TrainerState.best_metric} and the count of its {@code EarlyStoppingCallback}.
 * The evaluation before training does not count.
 *
 * @param best the best one; null: none was comparable yet
 * @param withoutImprovement how many there were since the last that improved
 */
public record Evaluations(@Nullable BestEvaluation best, int withoutImprovement) {

    /** None yet. */
    public static final Evaluations NONE = new Evaluations(null, 0);

    /**
     * One more. Any that is better is the best, but one that is better by no more than the threshold is no improvement: so many small steps
     * in a row end a run, as in transformers.
     */
    public Evaluations and(int step, double value, ModelSelection selection) {
        EarlyStopping stopping = selection.earlyStopping();
        double threshold = stopping == null ? 0 : stopping.threshold();
        boolean better = best == null ? !Double.isNaN(value) : selection.better(value, best.value());
        boolean improved = better && (best == null || Math.abs(value - best.value()) > threshold);
        return new Evaluations(better ? new BestEvaluation(step, value) : best, improved ? 0 : withoutImprovement + 1);
    }

    /** Whether the run's patience is at its end. */
    public boolean exhaust(ModelSelection selection) {
        EarlyStopping stopping = selection.earlyStopping();
        return stopping != null && withoutImprovement >= stopping.patience();
    }
}

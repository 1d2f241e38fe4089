package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/**
 * What is made of a run's evaluations; meaning as in transformers' {@code TrainingArguments}.
 *
 * @param metric that they are compared by
 * @param greaterIsBetter whether more of it is better
 * @param loadBestModelAtEnd whether the model that comes of the run is the best one evaluated, not the last
 * @param earlyStopping when the run ends early; null: never
 */
public record ModelSelection(
        ValidationMetric metric,
        boolean greaterIsBetter,
        boolean loadBestModelAtEnd,
        @Nullable EarlyStopping earlyStopping) {

    /** The best is known by its loss; all steps are done, and the last model counts. */
    public static final ModelSelection DEFAULT = new ModelSelection(ValidationMetric.LOSS, false, false, null);

    boolean better(double value, double than) {
        return greaterIsBetter ? value > than : value < than;
    }
}

package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/**
 * When validation data is evaluated during a run, and where it comes from when there is no file of its own.
 *
 * @param steps optimizer steps between two evaluations, or their share of all steps; null: an epoch's
 * @param split rows of the training data that are held out for it, or their share; null: none
 */
public record Evaluation(@Nullable Amount steps, @Nullable Amount split) {

    /** After each epoch, nothing held out. */
    public static final Evaluation DEFAULT = new Evaluation(null, null);
}

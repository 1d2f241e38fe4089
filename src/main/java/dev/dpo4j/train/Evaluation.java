package dev.dpo4j.train;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When validation data is evaluated during a run, where it comes from when there is no file of its own, and what is made of it.
 *
 * @param steps optimizer steps between two evaluations, or their share of all steps; null: an epoch's
 * @param split rows of the training data that are held out for it, or their share; null: none
 * @param selection what is made of the evaluations; of jobs from before there was a choice, nothing
 */
public record Evaluation(@Nullable Amount steps, @Nullable Amount split, ModelSelection selection) {

    /** After each epoch, nothing held out. */
    public static final Evaluation DEFAULT = new Evaluation(null, null, ModelSelection.DEFAULT);

    /** Fills in what a job's record from before there was a choice does not hold. */
    public Evaluation {
        selection = Objects.requireNonNullElse(selection, ModelSelection.DEFAULT);
    }
}

package dev.dpo4j.job;

import org.jspecify.annotations.Nullable;

/** Makes trainings out of specs: where jobs meet models, data and the trainer. */
interface TrainingRuns {

    /**
     * Checks a job's model and data as far as can be done without training.
     *
     * @throws TrainingFailedException saying, with line numbers, why it cannot be trained
     */
    void validate(JobSpec spec);

    /**
     * Prepares a run.
     *
     * @param saved where to go on; null: from the beginning
     * @throws TrainingFailedException when it cannot be run at all, or reads something else than the run that was saved did
     * @throws dev.dpo4j.catalog.UnknownModelException if its model is not there
     * @throws dev.dpo4j.catalog.BrokenModelException if its model cannot be used
     * @throws dev.dpo4j.catalog.ModelMemoryException if there is no room for its model, perhaps only now
     */
    TrainingRun start(JobSpec spec, @Nullable SavedState saved);
}

package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/** The only way news leaves a run, and the only way a wish reaches it. Called on the run's thread. */
public interface TrainingListener {

    /** The run's size is known: called at every start, resumed ones included, before anything is computed. */
    void onPlan(TrainingPlan plan);

    /** More preferences have their reference log-probabilities. */
    void onReference(ReferenceProgress progress);

    /** A step was logged. After a resume, steps that had been reported before the crash are reported again. */
    void onStep(StepReport report);

    /**
     * The validation data was evaluated.
     *
     * @param step optimizer steps done before (0: before training)
     * @param best the best evaluation up to now, this one included but not that before training; null: none
     */
    void onValidation(int step, double epoch, PreferenceMetrics metrics, @Nullable BestEvaluation best);

    /** The run has ended before its last step, since evaluations did not improve. Told again when a run is resumed that had ended. */
    void onEarlyStop(int step, int totalSteps, Evaluations evaluations);

    /** Somebody should look at the run. After a resume, what had been told before the crash may be told again. */
    void onWarning(TrainingWarning warning);

    /**
     * A checkpoint is due. It may be written behind: the run computes the next gradient meanwhile. Before it changes anything that the
     * snapshot shows it awaits the checkpoint or makes the snapshot's reader read a copy; before the next checkpoint, and before it ends,
     * however it ends, it awaits it.
     */
    PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot);

    /**
     * Whether to end the run, and how. Asked before every step, and between two batches of a step or of a pass over the data when a
     * second has passed since it was asked last.
     *
     * @param step whole optimizer steps done so far
     */
    StopRequest stopRequested(int step);

    /** A wish to end a run early. */
    enum StopRequest {
        /** Go on. */
        NONE,
        /** End after a checkpoint of the last whole step: pause, shutdown. */
        AFTER_CHECKPOINT,
        /** End at once, writing nothing: cancelled, or no longer ours. */
        NOW
    }
}

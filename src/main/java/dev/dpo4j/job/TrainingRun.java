package dev.dpo4j.job;

import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.TrainingListener;
import dev.dpo4j.train.TrainingResult;

/** One start of a training, ready to go: model loaded, data tokenised. Closed when it is over, however it ended. */
interface TrainingRun extends AutoCloseable {

    /**
     * Trains, on the calling thread, until all steps are done or the listener asks to stop.
     *
     * @throws dev.dpo4j.train.NonFiniteException when the loss or the gradient is no longer a number
     */
    TrainingResult run(TrainingListener listener);

    /** What the run takes of the machine's memory. */
    MemoryPlan memory();

    /**
     * What decides the last bits of this machine's sums: kernels, BLAS, threads. Two runs with the same fingerprint agree to the
     * bit; stored with each checkpoint.
     */
    String fingerprint();

    /** What it reads besides its job; stored with each checkpoint. */
    Inputs inputs();

    @Override
    void close();
}

package dev.dpo4j.train;

/**
 * A checkpoint that may still be being written. Until it has been awaited the run changes nothing, and frees nothing, that its
 * {@link TrainingSnapshot} shows.
 */
@FunctionalInterface
public interface PendingCheckpoint {

    /**
     * Returns when the checkpoint is durable, and throws what kept it from becoming so. Either way nobody reads its snapshot any more.
     * Called once.
     */
    void await();
}

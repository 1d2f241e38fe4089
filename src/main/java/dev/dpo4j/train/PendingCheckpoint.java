package dev.dpo4j.train;

import java.time.Duration;

/**
 * A checkpoint that may still be being written. Until it has ended the run changes nothing, and frees nothing, that its
 * {@link TrainingSnapshot} shows, unless it has made the snapshot's reader read a copy.
 */
@FunctionalInterface
public interface PendingCheckpoint {

    /**
     * Returns when the checkpoint is durable, and throws what kept it from becoming so. Either way nobody reads its snapshot any more, and
     * neither method is called again.
     */
    void await();

    /**
     * Waits, but not for ever; by default as long as it takes.
     *
     * @return whether the checkpoint is durable; as with {@link #await()}, which may be called again only when it is not
     */
    default boolean await(Duration atMost) {
        await();
        return true;
    }
}

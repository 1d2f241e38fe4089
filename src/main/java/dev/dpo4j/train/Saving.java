package dev.dpo4j.train;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What of a run is durable, and the checkpoint, one at most, that is being written while the run goes on. For the run's thread. */
final class Saving {

    private TrainingProgress saved;
    private @Nullable Underway underway;

    /** @param saved where the run starts from */
    Saving(TrainingProgress saved) {
        this.saved = saved;
    }

    /** Whether a checkpoint of this state is durable or being written. */
    boolean covers(TrainingProgress progress) {
        return progress.equals(underway == null ? saved : underway.progress);
    }

    /** Begins a checkpoint, after the one before. */
    void begin(TrainingProgress progress, Supplier<PendingCheckpoint> checkpoint) {
        await();
        underway = new Underway(progress, checkpoint.get());
    }

    /**
     * Waits until nothing is being written any more, and throws what kept the checkpoint from becoming durable.
     *
     * @return whether anything was being written
     */
    boolean await() {
        Underway awaited = underway;
        if (awaited == null) {
            return false;
        }
        underway = null;
        awaited.checkpoint.await();
        saved = awaited.progress;
        return true;
    }

    /** A checkpoint being written, and of which state. */
    private record Underway(TrainingProgress progress, PendingCheckpoint checkpoint) {}
}

package dev.dpo4j.train;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What of a run is durable, and the checkpoint, one at most, that is being written while the run goes on. For the run's thread. */
final class Saving {

    /** How long an update waits for a checkpoint before its memory is copied: most are done by then, and need none. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

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
    void begin(TrainingProgress progress, SnapshotMemory memory, Supplier<PendingCheckpoint> checkpoint) {
        await();
        underway = new Underway(progress, memory, checkpoint.get());
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
        return ended(awaited, () -> {
            awaited.checkpoint.await();
            return true;
        });
    }

    /**
     * Waits until nobody reads the run's own memory any more: until what is being written is durable or, where there is room for a copy and
     * the writing takes its time, reads that.
     *
     * @param copy makes the copy; null: there is no room
     * @return whether the run's own memory was being read
     */
    boolean release(@Nullable Consumer<SnapshotMemory> copy) {
        Underway awaited = underway;
        if (awaited == null || awaited.memory.detached()) {
            return false;
        }
        if (copy == null) {
            return await();
        }
        if (!ended(awaited, () -> awaited.checkpoint.await(PATIENCE))) {
            copy.accept(awaited.memory);
        }
        return true;
    }

    /** Waits; whatever the wait throws, the checkpoint is at an end then. */
    private boolean ended(Underway awaited, BooleanSupplier wait) {
        boolean goesOn = false;
        try {
            goesOn = !wait.getAsBoolean();
        } finally {
            if (!goesOn) {
                underway = null;
                awaited.memory.close();
            }
        }
        if (!goesOn) {
            saved = awaited.progress;
        }
        return !goesOn;
    }

    /** A checkpoint being written, of which state, and the memory it is read from. */
    private record Underway(TrainingProgress progress, SnapshotMemory memory, PendingCheckpoint checkpoint) {}
}

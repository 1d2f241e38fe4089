package dev.dpo4j.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Freed blocks that wait a little for somebody who wants just their size: the next job, the next request. The system takes long to give
 * new pages, on a virtual machine up to seconds for a gigabyte; one that has been used is there at once.
 *
 * <p>The process never holds more for it than it has held before: whoever gets nothing here makes as many bytes go back as it then
 * asks of the system. What nobody wants goes back at the second sweep.
 */
final class SpareBlocks {

    private final Consumer<NativeMemory.Block> giveBack;
    private final Executor later;
    private final List<Spare> spares = new ArrayList<>();
    private boolean sweepIsComing;

    private static final class Spare {

        private final NativeMemory.Block block;
        private boolean sweptOver;

        Spare(NativeMemory.Block block) {
            this.block = block;
        }

        long bytes() {
            return block.memory().byteSize();
        }
    }

    /**
     * @param giveBack to the system
     * @param later runs a sweep after a while
     */
    SpareBlocks(Consumer<NativeMemory.Block> giveBack, Executor later) {
        this.giveBack = giveBack;
        this.later = later;
    }

    /** A block of this size; its content is whatever it was. */
    synchronized Optional<NativeMemory.Block> take(long bytes) {
        Optional<Spare> fitting =
                spares.stream().filter(spare -> spare.bytes() == bytes).findFirst();
        fitting.ifPresentOrElse(spares::remove, () -> makeRoom(bytes));
        return fitting.map(spare -> spare.block);
    }

    synchronized void keep(NativeMemory.Block block) {
        spares.add(new Spare(block));
        if (!sweepIsComing) {
            sweepIsComing = true;
            later.execute(this::sweep);
        }
    }

    /** Gives back the smallest block of at least these bytes, or several smaller ones. */
    private void makeRoom(long bytes) {
        for (long missing = bytes; missing > 0 && !spares.isEmpty(); ) {
            long wanted = missing;
            Spare next = spares.stream()
                    .filter(spare -> spare.bytes() >= wanted)
                    .min(Comparator.comparingLong(Spare::bytes))
                    .or(() -> spares.stream().max(Comparator.comparingLong(Spare::bytes)))
                    .orElseThrow();
            giveBack(next);
            missing -= next.bytes();
        }
    }

    private synchronized void sweep() {
        List.copyOf(spares).stream().filter(spare -> spare.sweptOver).forEach(this::giveBack);
        spares.forEach(spare -> spare.sweptOver = true);
        sweepIsComing = !spares.isEmpty();
        if (sweepIsComing) {
            later.execute(this::sweep);
        }
    }

    private void giveBack(Spare spare) {
        spares.remove(spare);
        giveBack.accept(spare.block);
    }
}

package dev.dpo4j.catalog;

import dev.dpo4j.llama.ParameterSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loaded weights, each once, however many use them. Those that nobody uses are dropped when room is needed, the least recently
 * used first; those in use never.
 */
final class WeightCache {

    private final long budget;
    private final Map<Key, Slot> slots = new HashMap<>();
    private long clock;

    /** A cache of at most {@code budget} bytes. */
    WeightCache(long budget) {
        this.budget = budget;
    }

    /**
     * Which weights: a new version of a model is another one.
     *
     * @param version of the model
     * @param form whether the weights are the model's own, or its base's with its adapter merged in: both may be wanted
     */
    record Key(String id, String version, Form form) {}

    enum Form {
        OWN,
        MERGED
    }

    /** Weights held until closed. */
    interface Held<W extends ParameterSet> extends AutoCloseable {
        W weights();

        /** Their {@link WeightsIdentity}, computed once however many ask. */
        String identity();

        /**
         * The weights for the holder to change and to close, no longer known to the cache; the hold has ended then. Empty when others
         * hold them too, and nothing has changed.
         */
        Optional<W> take();

        @Override
        void close();
    }

    /**
     * The weights of that key; the first caller loads them, others wait for it, and hear of what it fails by.
     *
     * @param bytes what they will take
     * @throws ModelMemoryException if there is no room for them
     */
    <W extends ParameterSet> Held<W> hold(Key key, long bytes, Class<W> type, Supplier<W> load) {
        Slot slot;
        boolean first = false;
        synchronized (this) {
            slot = slots.get(key);
            if (slot == null) {
                makeRoom(key, bytes);
                slot = new Slot(key, bytes);
                slots.put(key, slot);
                first = true;
            }
            slot.holders++;
        }
        if (first) {
            loadInto(slot, load);
        }
        try {
            return new Hold<>(slot, type.cast(slot.weights.join()));
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /**
     * Refuses what cannot be done even when nobody else holds anything.
     *
     * @param id the model in question
     * @param bytes what must be held at once
     * @throws ModelMemoryException if that is more than the whole budget
     */
    void requireEverFits(String id, long bytes) {
        if (bytes > budget) {
            throw ModelMemoryException.never(id, bytes, budget);
        }
    }

    /** Whether somebody uses these weights now. */
    synchronized boolean inUse(String id) {
        return slots.values().stream().anyMatch(slot -> slot.key.id().equals(id) && slot.holders > 0);
    }

    /** Frees the weights of a model that nobody uses. */
    synchronized void drop(String id) {
        slots.values().stream()
                .filter(slot -> slot.key.id().equals(id) && slot.holders == 0)
                .toList()
                .forEach(this::evict);
    }

    /** Bytes that all weights may take together. */
    long budget() {
        return budget;
    }

    /** Bytes of all weights held or kept. */
    synchronized long bytes() {
        return slots.values().stream().mapToLong(slot -> slot.bytes).sum();
    }

    private void loadInto(Slot slot, Supplier<? extends ParameterSet> load) {
        try {
            slot.weights.complete(load.get());
        } catch (RuntimeException | Error e) { // of an Error too, such as no memory, must hear who waits
            slot.weights.completeExceptionally(e);
            synchronized (this) {
                slots.remove(slot.key, slot);
            }
        }
    }

    private void makeRoom(Key key, long bytes) {
        requireEverFits(key.id(), bytes);
        // Other versions of the same weights are older, and of no more use to anybody new.
        slots.values().stream()
                .filter(slot -> slot.key.id().equals(key.id())
                        && slot.key.form() == key.form()
                        && !slot.key.version().equals(key.version())
                        && slot.holders == 0)
                .toList()
                .forEach(this::evict);
        while (bytes() + bytes > budget) {
            Optional<Slot> oldest = slots.values().stream()
                    .filter(slot -> slot.holders == 0)
                    .min(Comparator.comparingLong(slot -> slot.lastUsed));
            if (oldest.isEmpty()) {
                throw ModelMemoryException.notNow(key.id(), bytes, bytes(), budget);
            }
            evict(oldest.get());
        }
    }

    private void evict(Slot slot) {
        slots.remove(slot.key, slot);
        slot.weights.join().close();
    }

    /** Forgets the slot's weights if it has one holder alone. */
    private synchronized boolean forget(Slot slot) {
        return slot.holders == 1 && slots.remove(slot.key, slot);
    }

    private synchronized void release(Slot slot) {
        slot.holders--;
        slot.lastUsed = ++clock;
    }

    private static final class Slot {

        private final Key key;
        private final long bytes;
        private final CompletableFuture<ParameterSet> weights = new CompletableFuture<>();
        private int holders;
        private long lastUsed;
        private @Nullable String identity;

        Slot(Key key, long bytes) {
            this.key = key;
            this.bytes = bytes;
        }

        synchronized String identity() {
            if (identity == null) {
                identity = WeightsIdentity.of(weights.join());
            }
            return identity;
        }
    }

    private final class Hold<W extends ParameterSet> implements Held<W> {

        private final Slot slot;
        private final W weights;
        private boolean closed;

        Hold(Slot slot, W weights) {
            this.slot = slot;
            this.weights = weights;
        }

        @Override
        public W weights() {
            return weights;
        }

        @Override
        public String identity() {
            return slot.identity();
        }

        @Override
        public synchronized Optional<W> take() {
            if (closed || !forget(slot)) {
                return Optional.empty();
            }
            closed = true;
            return Optional.of(weights);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                release(slot);
            }
        }
    }
}

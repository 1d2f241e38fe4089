package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Python's {@code [start:stop:step]}. */
final class Slices {

    private Slices() {}

    static List<Object> of(List<Object> items, Optional<Long> start, Optional<Long> stop, long step) {
        long size = items.size();
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long from = start.map(bound -> clamped(bound, size, lowest, highest)).orElse(step > 0 ? lowest : highest);
        long to = stop.map(bound -> clamped(bound, size, lowest, highest)).orElse(step > 0 ? highest : lowest);
        List<Object> slice = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            slice.add(items.get((int) i));
        }
        return List.copyOf(slice);
    }

    private static long clamped(long bound, long size, long lowest, long highest) {
        long index = bound < 0 ? bound + size : bound;
        return Math.clamp(index, lowest, highest);
    }
}

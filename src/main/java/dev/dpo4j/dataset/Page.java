package dev.dpo4j.dataset;

import java.util.List;
import java.util.function.Function;

/**
 * A part of a list.
 *
 * @param items its items, in the order asked for
 * @param hasMore whether others follow
 */
public record Page<T>(List<T> items, boolean hasMore) {

    public Page {
        items = List.copyOf(items);
    }

    /** The first {@code limit} of items that were fetched with one more than that. */
    public static <T> Page<T> of(List<T> fetched, int limit) {
        return new Page<>(fetched.subList(0, Math.min(limit, fetched.size())), fetched.size() > limit);
    }

    /** The same page of something else. */
    public <R> Page<R> map(Function<? super T, ? extends R> change) {
        return new Page<R>(items.stream().<R>map(change).toList(), hasMore);
    }
}

package dev.dpo4j.job;

import java.util.List;
import java.util.function.Function;

/**
 * Part of a list.
 *
 * @param data the entries
 * @param hasMore whether entries follow the last one
 */
public record CursorPage<T>(List<T> data, boolean hasMore) {

    public CursorPage {
        data = List.copyOf(data);
    }

    /** A page of at most {@code limit} from a query for one more than that. */
    static <T> CursorPage<T> of(List<T> oneMore, int limit) {
        return new CursorPage<>(oneMore.subList(0, Math.min(limit, oneMore.size())), oneMore.size() > limit);
    }

    /** The same page of something else. */
    public <R> CursorPage<R> map(Function<? super T, ? extends R> mapper) {
        return new CursorPage<R>(data.stream().<R>map(mapper).toList(), hasMore);
    }
}

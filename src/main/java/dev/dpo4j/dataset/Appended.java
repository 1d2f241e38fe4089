package dev.dpo4j.dataset;

import java.util.List;

/**
 * What an append did.
 *
 * @param added preferences that are new
 * @param sequences the number of each preference that was sent, in its order; one that was there already keeps its number
 * @param rows preferences in the dataset afterwards
 * @param replayed whether this answer was given before, to the same idempotency key
 */
public record Appended(int added, List<Long> sequences, long rows, boolean replayed) {

    public Appended {
        sequences = List.copyOf(sequences);
    }
}

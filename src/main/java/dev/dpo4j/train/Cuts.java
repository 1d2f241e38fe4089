package dev.dpo4j.train;

/**
 * What became of data before anything was computed of it: what {@code max_length} did, and weights of 0.
 *
 * @param dropped preferences, or labelled answers, that were left out for their length
 * @param weightless rows that were left out for their weight
 * @param prompts preferences or labelled answers of which the prompt was cut
 * @param chosen answers that were cut and are chosen or labelled good
 * @param rejected answers that were cut and are rejected or labelled bad
 * @param ends of how many of these an end token was cut off
 */
public record Cuts(int dropped, int weightless, int prompts, int chosen, int rejected, int ends) {

    /** Nothing was cut. */
    public static final Cuts NONE = new Cuts(0, 0, 0, 0, 0, 0);

    /** Whether {@code max_length} changed anything. */
    public boolean byLength() {
        return dropped > 0 || prompts > 0 || chosen > 0 || rejected > 0;
    }

    /** Whether anything is not as it was given. */
    public boolean any() {
        return byLength() || weightless > 0;
    }
}

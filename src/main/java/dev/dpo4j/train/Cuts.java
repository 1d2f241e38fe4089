package dev.dpo4j.train;

/**
 * What {@code max_length} did to some preferences.
 *
 * @param dropped preferences left out because their prompt alone reaches it
 * @param truncated preferences of which it cut an answer
 */
public record Cuts(int dropped, int truncated) {

    /** Nothing was cut. */
    public static final Cuts NONE = new Cuts(0, 0);

    /** Whether anything was cut. */
    public boolean any() {
        return dropped > 0 || truncated > 0;
    }
}

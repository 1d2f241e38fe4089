package dev.dpo4j.train;

/**
 * What {@code max_length} did to some preferences.
 *
 * @param dropped preferences left out
 * @param prompts preferences of which it cut the prompt
 * @param truncated preferences of which it cut an answer, which so lost its end token
 */
public record Cuts(int dropped, int prompts, int truncated) {

    /** Nothing was cut. */
    public static final Cuts NONE = new Cuts(0, 0, 0);

    /** Whether anything was cut. */
    public boolean any() {
        return dropped > 0 || prompts > 0 || truncated > 0;
    }
}

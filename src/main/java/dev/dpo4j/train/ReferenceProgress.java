package dev.dpo4j.train;

/**
 * How far the reference's log-probabilities are there.
 *
 * @param computed preferences for which the reference was run, or will be with the first step: until then a policy can be its own
 *     reference
 * @param cached preferences for which it was not, since its log-probabilities were known
 * @param total preferences of training and validation data that need them
 */
public record ReferenceProgress(int computed, int cached, int total) {

    /** Preferences that have them. */
    public int done() {
        return computed + cached;
    }

    ReferenceProgress plusComputed(int preferences) {
        return new ReferenceProgress(computed + preferences, cached, total);
    }

    ReferenceProgress plusCached(int preferences) {
        return new ReferenceProgress(computed, cached + preferences, total);
    }
}

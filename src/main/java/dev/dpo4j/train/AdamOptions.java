package dev.dpo4j.train;

/**
 * AdamW's constants.
 *
 * @param beta1 what the first moment keeps in a step, 0 to below 1
 * @param beta2 what the second moment keeps, likewise
 * @param epsilon added to the second moment's root, positive also as a float
 */
public record AdamOptions(double beta1, double beta2, double epsilon) {

    /** torch's. */
    public static final AdamOptions DEFAULT = new AdamOptions(0.9, 0.999, 1e-8);
}

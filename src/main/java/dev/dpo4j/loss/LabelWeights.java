package dev.dpo4j.loss;

/**
 * What good and bad answers count in a {@link LabelledLoss}, each positive.
 *
 * @param desirable an answer labelled good
 * @param undesirable an answer labelled bad
 */
public record LabelWeights(double desirable, double undesirable) {

    /** All count alike. */
    public static final LabelWeights EVEN = new LabelWeights(1, 1);

    void requirePositive() {
        Parameters.requirePositive("desirable_weight", desirable);
        Parameters.requirePositive("undesirable_weight", undesirable);
    }
}

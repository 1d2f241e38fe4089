package dev.dpo4j.loss;

/**
 * One loss of one pair.
 *
 * @param loss its value
 * @param slopeChosen its derivative by the preferred answer's summed log-probability under the policy, compared and whole
 * @param slopeRejected its derivative by the other's
 * @param wholeSlopeChosen what of the slope is by the whole sum, {@link PairLogProbs#wholeChosen}
 * @param wholeSlopeRejected likewise
 */
record PairTerm(
        double loss, double slopeChosen, double slopeRejected, double wholeSlopeChosen, double wholeSlopeRejected) {

    /** The term of no loss. */
    static final PairTerm ZERO = new PairTerm(0, 0, 0);

    /** A loss that looks at no more than is compared. */
    PairTerm(double loss, double slopeChosen, double slopeRejected) {
        this(loss, slopeChosen, slopeRejected, 0, 0);
    }

    /** A loss of {@code z = score(chosen) - score(rejected)}. */
    static PairTerm ofMargin(double loss, double slope, Scores scores) {
        return slope == 0 // however steep the scores
                ? new PairTerm(loss, 0, 0)
                : new PairTerm(loss, slope * scores.slopeChosen(), -slope * scores.slopeRejected());
    }

    /** The term of the sum of two losses. */
    PairTerm plus(PairTerm other) {
        return new PairTerm(
                loss + other.loss,
                slopeChosen + other.slopeChosen,
                slopeRejected + other.slopeRejected,
                wholeSlopeChosen + other.wholeSlopeChosen,
                wholeSlopeRejected + other.wholeSlopeRejected);
    }

    /** The term of a multiple of the loss. */
    PairTerm times(double factor) {
        return new PairTerm(
                factor * loss,
                factor * slopeChosen,
                factor * slopeRejected,
                factor * wholeSlopeChosen,
                factor * wholeSlopeRejected);
    }
}

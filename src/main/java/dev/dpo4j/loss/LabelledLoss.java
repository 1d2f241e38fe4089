package dev.dpo4j.loss;

/** A loss of answers that are labelled good or bad, each to a prompt of its own. */
sealed interface LabelledLoss extends Loss permits KtoLoss, ApoZeroUnpairedLoss {

    /**
     * The loss of one answer.
     *
     * @param good whether it is labelled good
     * @param ratio its log-ratio {@code log pi(y|x) / ref(y|x)}
     * @param kl how far the policy is from the reference, over the answers computed together; a constant
     */
    LabelledTerm of(boolean good, double ratio, double kl);

    /** Whether {@code kl} is looked at, which asks for the log-ratios of mismatched answers. */
    boolean looksAtKl();

    @Override
    default boolean comparesPreferences() {
        return looksAtKl();
    }
}

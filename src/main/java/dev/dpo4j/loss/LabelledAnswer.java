package dev.dpo4j.loss;

/**
 * What a labelled answer comes to besides its loss.
 *
 * @param good whether it is labelled good
 * @param reward {@code beta (policy - reference)}
 * @param kl the distance of the policy from the reference that its loss was computed with, in nats; 0 of a loss that looks at none
 */
public record LabelledAnswer(boolean good, double reward, double kl) {}

package dev.dpo4j.train;

/**
 * What metrics of labelled answers have besides those of preferences. There may be no good or no bad answers among them; the figures that
 * ask for some are 0 then, and mean nothing.
 *
 * @param kl mean distance of the policy from the reference that losses were computed with, in nats
 * @param withoutChosen 1 if none is good, else 0; of sums, how many of the means had none
 * @param withoutRejected the same of bad ones
 * @param withoutMargins the same of a margin, which wants one of each
 */
public record LabelMetrics(double kl, double withoutChosen, double withoutRejected, double withoutMargins) {}

package dev.dpo4j.loss;

/**
 * Of each pair the summed log-probabilities of both answers' beginnings, as long as the shorter of the two: the chosen one's, then the
 * rejected one's.
 *
 * @param policy under the policy, two for each pair
 * @param reference under the reference, likewise
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers; never compared
public record Beginnings(double[] policy, double[] reference) {}

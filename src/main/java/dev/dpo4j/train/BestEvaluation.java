package dev.dpo4j.train;

/**
 * The best evaluation of a run so far.
 *
 * @param step optimizer steps done before it
 * @param value of the metric that evaluations are compared by
 */
public record BestEvaluation(int step, double value) {}

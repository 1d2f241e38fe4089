package dev.dpo4j.train;

/**
 * When a run ends before its last step; the names are those of transformers' {@code EarlyStoppingCallback}.
 *
 * @param patience so many evaluations in a row without an improvement end it, at least 1
 * @param threshold what the metric must be better by, more than that, to have improved
 */
public record EarlyStopping(int patience, double threshold) {}

package dev.dpo4j.train;

/**
 * How a run ended.
 *
 * @param completed whether it came to its end, early or after all steps; otherwise it stopped because it was asked to
 * @param step optimizer steps done
 * @param numTokens tokens trained on
 */
public record TrainingResult(boolean completed, int step, long numTokens) {}

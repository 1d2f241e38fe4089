package dev.dpo4j.train;

/**
 * A run goes on, but somebody should look at it.
 *
 * @param about what it warns of, in one word: a run warns once of each
 * @param message what was seen, what it may mean and what to do
 */
public record TrainingWarning(String about, String message) {}

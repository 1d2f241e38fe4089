package dev.dpo4j.job;

import dev.dpo4j.dataset.DataReport;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Forecast;
import dev.dpo4j.train.MemoryPlan;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job that was not created: what it would be.
 *
 * @param spec what it would run
 * @param report of its training data
 * @param rows some of it
 * @param validation of its validation file; null: it has none
 * @param sizes what is left of the data; null: it could not be loaded
 * @param memory what it would take; null likewise
 * @param forecast what it would have to do; null likewise
 * @param duration how long that would take if nothing else were computed; null likewise
 * @param error why it would fail; null: nothing is known that would make it
 */
public record JobPreview(
        JobSpec spec,
        DataReport report,
        List<Row> rows,
        @Nullable DataReport validation,
        @Nullable Sizes sizes,
        @Nullable MemoryPlan memory,
        @Nullable Forecast forecast,
        @Nullable Duration duration,
        @Nullable JobError error) {

    /**
     * One row, or one labelled answer of it.
     *
     * @param whole before anything is cut off
     * @param fitted what is left of it; null: it is too long, and that is an error
     */
    public record Row(TokenizedPreference whole, @Nullable Truncation fitted) {}

    /**
     * How many preferences are left of the data, and what happened to the others.
     *
     * @param training that are trained on
     * @param validation that are evaluated
     */
    public record Sizes(int training, int validation, Cuts trainingCuts, Cuts validationCuts) {}
}

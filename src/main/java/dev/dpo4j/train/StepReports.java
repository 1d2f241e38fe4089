package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/** Adds up steps until one is reported, for its {@link StepReport}. What was added before a restart is in the {@link TrainingProgress}. */
final class StepReports {

    private StepMetrics metrics;
    private int steps;
    private StepReport.Work work = StepReport.Work.NONE;
    private @Nullable StepReport last;

    /** Goes on where a run stood. */
    StepReports(TrainingProgress start) {
        metrics = new StepMetrics();
        metrics.addSums(start.sinceLastReport(), start.stepsSinceLastReport());
        steps = start.stepsSinceLastReport();
    }

    /**
     * Adds a step.
     *
     * @param tokens counted as {@link StepReport} counts them
     */
    void add(PreferenceMetrics mean, long tokens, double seconds) {
        metrics.add(mean);
        steps++;
        work = work.plus(tokens, seconds);
    }

    /** The report on the steps that were added since the one before. */
    StepReport report(int step, double epoch, double gradNorm, double learningRate, long numTokens) {
        last = new StepReport(step, epoch, metrics.mean(), gradNorm, learningRate, numTokens, work);
        metrics = new StepMetrics();
        steps = 0;
        work = StepReport.Work.NONE;
        return last;
    }

    /** What a run that is resumed needs of the steps that no report has told of. */
    @Nullable
    PreferenceMetrics sums() {
        return metrics.sums();
    }

    /** How many these are. */
    int steps() {
        return steps;
    }

    /** The newest report of this start; null before the first. */
    @Nullable
    StepReport last() {
        return last;
    }
}

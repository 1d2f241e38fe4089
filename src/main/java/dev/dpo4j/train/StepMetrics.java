package dev.dpo4j.train;

import org.jspecify.annotations.Nullable;

/** Adds up the metrics of steps, each of which counts as much as any other, as in TRL, and gives their mean. */
final class StepMetrics {

    private double steps;
    private double withChosen; // the steps that have any: all, but where answers have labels
    private double withRejected;
    private double withMargins;
    private boolean labelled;
    private double kl;
    private double loss;
    private double rewardsChosen;
    private double rewardsRejected;
    private double accuracies;
    private double margins;
    private double logpsChosen;
    private double logpsRejected;
    private double logitsChosen;
    private double logitsRejected;
    private double entropy;
    private double greedy;

    /** Adds a step's mean. */
    void add(PreferenceMetrics mean) {
        addSums(mean, 1);
    }

    /** Takes up sums of so many steps, which {@link #sums} gave. */
    void addSums(@Nullable PreferenceMetrics sums, int count) {
        if (sums == null) {
            return;
        }
        steps += count;
        withChosen += count;
        withRejected += count;
        withMargins += count;
        LabelMetrics labels = sums.labels();
        if (labels != null) {
            labelled = true;
            kl += labels.kl();
            withChosen -= labels.withoutChosen();
            withRejected -= labels.withoutRejected();
            withMargins -= labels.withoutMargins();
        }
        loss += sums.loss();
        rewardsChosen += sums.rewardsChosen();
        rewardsRejected += sums.rewardsRejected();
        accuracies += sums.rewardsAccuracies();
        margins += sums.rewardsMargins();
        logpsChosen += sums.logpsChosen();
        logpsRejected += sums.logpsRejected();
        logitsChosen += sums.logitsChosen();
        logitsRejected += sums.logitsRejected();
        entropy += sums.entropy();
        greedy += sums.meanTokenAccuracy();
    }

    /** The sums as they are; null when nothing was added. */
    @Nullable
    PreferenceMetrics sums() {
        if (steps == 0) {
            return null;
        }
        return new PreferenceMetrics(
                loss,
                rewardsChosen,
                rewardsRejected,
                accuracies,
                margins,
                logpsChosen,
                logpsRejected,
                logitsChosen,
                logitsRejected,
                entropy,
                greedy,
                labelled ? new LabelMetrics(kl, steps - withChosen, steps - withRejected, steps - withMargins) : null);
    }

    /** The means over the steps, each figure's over those that have it; 0 of what none of them has. */
    PreferenceMetrics mean() {
        return new PreferenceMetrics(
                loss / steps,
                mean(rewardsChosen, withChosen),
                mean(rewardsRejected, withRejected),
                accuracies / steps,
                mean(margins, withMargins),
                mean(logpsChosen, withChosen),
                mean(logpsRejected, withRejected),
                mean(logitsChosen, withChosen),
                mean(logitsRejected, withRejected),
                entropy / steps,
                mean(greedy, withChosen),
                labelled
                        ? new LabelMetrics(
                                kl / steps, withChosen > 0 ? 0 : 1, withRejected > 0 ? 0 : 1, withMargins > 0 ? 0 : 1)
                        : null);
    }

    private static double mean(double sum, double of) {
        return of > 0 ? sum / of : 0;
    }
}

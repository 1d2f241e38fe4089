package dev.dpo4j.train;

import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLosses;
import org.jspecify.annotations.Nullable;

/** Adds up metrics with weights and gives their mean. */
final class MetricsSum {

    private double weight;
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
    private double chosenTokens; // what the four sums above are of
    private double rejectedTokens;
    private double tokens;

    /** Adds one preference as so many as its weight says; its k pairs weigh 1/k of that each, and so do the rejected answers' tokens. */
    void add(PreferenceLosses losses, double[] policy, TokenTotals totals, double count) {
        int k = losses.pairs().size();
        weight += count;
        loss += count * losses.loss();
        logpsChosen += count * policy[0];
        for (int i = 0; i < k; i++) {
            PairLoss pair = losses.pairs().get(i);
            rewardsChosen += count * pair.rewardChosen() / k;
            rewardsRejected += count * pair.rewardRejected() / k;
            accuracies += pair.accurate() ? count / k : 0;
            margins += count * pair.margin() / k;
            logpsRejected += count * policy[i + 1] / k;
        }
        logitsChosen += count * totals.chosenLogits();
        logitsRejected += count * totals.rejectedLogits();
        entropy += count * totals.entropy();
        greedy += count * totals.greedy();
        chosenTokens += count * totals.chosen();
        rejectedTokens += count * totals.rejected();
        tokens += count * (totals.chosen() + totals.rejected());
    }

    /** Adds a mean as one unit: steps count alike, as in TRL. */
    void add(PreferenceMetrics mean) {
        addSums(mean, 1);
    }

    /** Takes up sums that {@link #sums} gave. */
    void addSums(@Nullable PreferenceMetrics sums, int units) {
        if (sums == null) {
            return;
        }
        weight += units;
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
        chosenTokens += units;
        rejectedTokens += units;
        tokens += units;
    }

    /** The sums of means as they are; null when nothing was added. */
    @Nullable
    PreferenceMetrics sums() {
        return weight == 0 ? null : scaled(1, 1, 1, 1);
    }

    /** The means: of preferences, and of tokens. */
    PreferenceMetrics mean() {
        return scaled(weight, chosenTokens, rejectedTokens, tokens);
    }

    private PreferenceMetrics scaled(double by, double byChosen, double byRejected, double byTokens) {
        return new PreferenceMetrics(
                loss / by,
                rewardsChosen / by,
                rewardsRejected / by,
                accuracies / by,
                margins / by,
                logpsChosen / by,
                logpsRejected / by,
                logitsChosen / byChosen,
                logitsRejected / byRejected,
                entropy / byTokens,
                greedy / byChosen);
    }
}

package dev.dpo4j.train;

import dev.dpo4j.loss.LabelledAnswer;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLosses;

/** Adds up the metrics of preferences, or of labelled answers, by their weights, and gives their mean. */
final class AnswerMetrics {

    private double weight;
    private double chosen; // the weight of those that have such an answer: of all, but where answers have labels
    private double rejected;
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
    private double chosenTokens; // what the four sums above are of
    private double rejectedTokens;
    private double tokens;

    /**
     * Adds one preference as so many as its weight says; its k pairs weigh 1/k of that each, and so do the rejected answers' tokens. Or one
     * labelled answer.
     */
    void add(PreferenceLosses losses, double[] policy, TokenTotals totals, double count) {
        weight += count;
        loss += count * losses.loss();
        if (losses.labelled() == null) {
            addPairs(losses, policy, count);
        } else {
            addLabelled(losses.labelled(), policy[0], count);
        }
        logitsChosen += count * totals.chosenLogits();
        logitsRejected += count * totals.rejectedLogits();
        entropy += count * totals.entropy();
        greedy += count * totals.greedy();
        chosenTokens += count * totals.chosen();
        rejectedTokens += count * totals.rejected();
        tokens += count * (totals.chosen() + totals.rejected());
    }

    private void addPairs(PreferenceLosses losses, double[] policy, double count) {
        int k = losses.pairs().size();
        chosen += count;
        rejected += count;
        logpsChosen += count * policy[0];
        for (int i = 0; i < k; i++) {
            PairLoss pair = losses.pairs().get(i);
            rewardsChosen += count * pair.rewardChosen() / k;
            rewardsRejected += count * pair.rewardRejected() / k;
            accuracies += pair.accurate() ? count / k : 0;
            margins += count * pair.margin() / k;
            logpsRejected += count * policy[i + 1] / k;
        }
    }

    private void addLabelled(LabelledAnswer answer, double policy, double count) {
        labelled = true;
        kl += count * answer.kl();
        if (answer.good()) {
            chosen += count;
            rewardsChosen += count * answer.reward();
            logpsChosen += count * policy;
        } else {
            rejected += count;
            rewardsRejected += count * answer.reward();
            logpsRejected += count * policy;
        }
    }

    /** The means: of preferences or labelled answers, and of tokens; 0 of what there is none of. */
    PreferenceMetrics mean() {
        boolean margin = chosen > 0 && rejected > 0;
        return new PreferenceMetrics(
                loss / weight,
                mean(rewardsChosen, chosen),
                mean(rewardsRejected, rejected),
                accuracies / weight,
                margin ? meanMargin() : 0,
                mean(logpsChosen, chosen),
                mean(logpsRejected, rejected),
                mean(logitsChosen, chosenTokens),
                mean(logitsRejected, rejectedTokens),
                entropy / tokens,
                mean(greedy, chosenTokens),
                labelled
                        ? new LabelMetrics(kl / weight, chosen > 0 ? 0 : 1, rejected > 0 ? 0 : 1, margin ? 0 : 1)
                        : null);
    }

    /** Labelled answers have no pair, and a margin in their means alone. */
    private double meanMargin() {
        return labelled ? rewardsChosen / chosen - rewardsRejected / rejected : margins / weight;
    }

    private static double mean(double sum, double of) {
        return of > 0 ? sum / of : 0;
    }
}

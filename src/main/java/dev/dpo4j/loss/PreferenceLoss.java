package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The loss that is answered over HTTP and the loss that is trained on: a weighted sum of losses, as in RPO and MPO (Wang et al., arXiv
 * 2411.10442), either all of preferences or all of labelled answers. Pure.
 *
 * @param beta what rewards are scaled with
 * @param terms at least one
 * @param referenceFree whether there is no reference: its log-probabilities count as 0, and nobody needs to compute them
 * @param weighted whether a pair's loss counts as much as the policy would say its answers (WPO, Zhou et al., arXiv 2406.11827): whoever
 *     calls gives the answers' {@link AnswerLogProbs#weights}, which slopes take for constants
 * @param ldAlpha what tokens count that stand behind the shorter answer's end, 0 to 1 (LD-DPO, Liu et al., arXiv 2409.06411), in the
 *     policy's log-probabilities and the reference's, where answers are compared; null: as much as all others
 */
public record PreferenceLoss(
        double beta,
        List<Term> terms,
        boolean referenceFree,
        boolean weighted,
        @Nullable Double ldAlpha) {

    /**
     * One of the losses.
     *
     * @param weight what it counts in the sum
     */
    record Term(Loss loss, double weight) {}

    public PreferenceLoss {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("A loss has at least one term");
        }
        if (terms.stream()
                        .map(term -> term.loss() instanceof LabelledLoss)
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("A loss is of preferences or of labelled answers");
        }
    }

    /** Whether the losses of preferences that belong together can only be computed together. */
    public boolean comparesPreferences() {
        return terms.stream().anyMatch(term -> term.loss().comparesPreferences());
    }

    /** Whether it is a loss of answers that are labelled good or bad, not of preferences. */
    public boolean labelled() {
        return terms.getFirst().loss() instanceof LabelledLoss;
    }

    /** Whether each labelled answer needs a mismatched one. */
    public boolean looksAtMismatched() {
        return terms.stream().anyMatch(term -> term.loss() instanceof LabelledLoss loss && loss.looksAtKl());
    }

    /** The losses of preferences that are computed together. */
    public List<PreferenceLosses> of(List<AnswerLogProbs> preferences) {
        return of(preferences, meanChosenTokens(preferences));
    }

    /**
     * The losses of some of the preferences that belong together; of all of them if the loss {@link #comparesPreferences}.
     *
     * @param meanChosenTokens how many tokens the chosen answers of all of them have on average
     */
    public List<PreferenceLosses> of(List<AnswerLogProbs> preferences, double meanChosenTokens) {
        if (labelled()) {
            return new LabelledAnswers(beta, terms).losses(preferences);
        }
        List<List<PairLogProbs>> pairs = preferences.stream()
                .map(preference -> referenceFree ? preference.withoutReference() : preference)
                .map(preference -> preference.pairs(meanChosenTokens, ldAlpha))
                .toList();
        List<List<List<PairTerm>>> computed =
                pairedLosses().map(loss -> loss.of(pairs)).toList();
        List<PreferenceLosses> losses = new ArrayList<>();
        for (int p = 0; p < pairs.size(); p++) {
            List<PairLoss> ofPairs = new ArrayList<>();
            for (int i = 0; i < pairs.get(p).size(); i++) {
                List<PairTerm> ofPair = new ArrayList<>();
                for (List<List<PairTerm>> ofTerm : computed) {
                    ofPair.add(ofTerm.get(p).get(i));
                }
                ofPairs.add(sum(pairs.get(p).get(i), ofPair, preferences.get(p).weight(i)));
            }
            losses.add(PreferenceLosses.mean(ofPairs));
        }
        return losses;
    }

    private Stream<PairedLoss> pairedLosses() {
        return terms.stream().map(Term::loss).map(PairedLoss.class::cast);
    }

    private PairLoss sum(PairLogProbs pair, List<PairTerm> ofPair, double weightOfPair) {
        PairTerm sum = PairTerm.ZERO;
        for (int t = 0; t < terms.size(); t++) {
            sum = sum.plus(ofPair.get(t).times(terms.get(t).weight() * weightOfPair));
        }
        double chosen = pair.chosenRatio();
        double rejected = pair.rejectedRatio();
        return new PairLoss(
                sum.loss(),
                chosen - rejected,
                beta * chosen,
                beta * rejected,
                sum.slopeChosen(),
                sum.slopeRejected(),
                sum.wholeSlopeChosen(),
                sum.wholeSlopeRejected());
    }

    private static double meanChosenTokens(List<AnswerLogProbs> preferences) {
        return preferences.stream()
                .mapToInt(preference -> preference.tokens()[0])
                .average()
                .orElseThrow();
    }
}

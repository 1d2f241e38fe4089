package dev.dpo4j.loss;

import java.util.List;

/**
 * The loss that is answered over HTTP and the loss that is trained on: a weighted sum of losses of a pair, as in RPO and MPO (Wang et al.,
 * arXiv 2411.10442). Pure.
 *
 * @param beta what rewards are scaled with
 * @param terms at least one
 */
public record PreferenceLoss(double beta, List<Term> terms) {

    /**
     * One of the losses.
     *
     * @param weight what it counts in the sum
     */
    public record Term(PairwiseLoss loss, double weight) {}

    public PreferenceLoss {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("A loss has at least one term");
        }
    }

    /** The DPO paper's. */
    public static PreferenceLoss sigmoid(double beta) {
        return new PreferenceLoss(beta, List.of(new Term(new SigmoidLoss(beta, 0, Divergence.REVERSE_KL), 1)));
    }

    /** The loss of one pair of answers. */
    public PairLoss of(PairLogProbs pair) {
        double loss = 0;
        double slopeChosen = 0;
        double slopeRejected = 0;
        for (Term term : terms) {
            PairTerm one = term.loss().of(pair);
            loss += term.weight() * one.loss();
            slopeChosen += term.weight() * one.slopeChosen();
            slopeRejected += term.weight() * one.slopeRejected();
        }
        double chosen = pair.chosenRatio();
        double rejected = pair.rejectedRatio();
        return new PairLoss(loss, chosen - rejected, beta * chosen, beta * rejected, slopeChosen, slopeRejected);
    }
}

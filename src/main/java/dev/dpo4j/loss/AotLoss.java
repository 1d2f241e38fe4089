package dev.dpo4j.loss;

import java.util.List;

/**
 * Alignment via Optimal Transport, paired (Melnyk et al., arXiv 2406.05882): the policy's margins {@code log pi(chosen) - log pi(rejected)} are
 * to dominate the reference's as a distribution. Both are sorted, over all pairs that are computed together, and each is compared with the one
 * of its rank: {@code -log sigmoid(beta d)}, smoothed as cDPO is.
 *
 * @param beta positive
 * @param labelSmoothing the share of preferences that are taken to be wrong, 0 to 0.5
 */
record AotLoss(double beta, double labelSmoothing) implements PairedLoss {

    AotLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireInRange("label_smoothing", labelSmoothing, 0, 0.5);
    }

    @Override
    public List<List<PairTerm>> of(List<List<PairLogProbs>> preferences) {
        PairList pairs = new PairList(preferences);
        List<Integer> policy = pairs.sortedBy(AotLoss::policyMargin);
        List<Integer> reference = pairs.sortedBy(AotLoss::referenceMargin);
        for (int rank = 0; rank < pairs.size(); rank++) {
            int pair = policy.get(rank);
            double d = policyMargin(pairs.get(pair)) - referenceMargin(pairs.get(reference.get(rank)));
            Smoothed term = Smoothed.of(beta * d, labelSmoothing);
            pairs.add(pair, term.loss(), beta * term.slope(), -beta * term.slope());
        }
        return pairs.terms();
    }

    @Override
    public boolean comparesPreferences() {
        return true;
    }

    private static double policyMargin(PairLogProbs pair) {
        return pair.policyChosen() - pair.policyRejected();
    }

    private static double referenceMargin(PairLogProbs pair) {
        return pair.referenceChosen() - pair.referenceRejected();
    }
}

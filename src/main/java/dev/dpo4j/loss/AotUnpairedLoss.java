package dev.dpo4j.loss;

import java.util.List;

/**
 * Alignment via Optimal Transport, unpaired (Melnyk et al., arXiv 2406.05882): the chosen answers' log-ratios are to dominate the rejected
 * ones' as a distribution. Both are sorted, over all pairs that are computed together, and each is compared with the one of its rank: {@code
 * -log sigmoid(beta d)}, smoothed as cDPO is.
 *
 * @param beta positive
 * @param labelSmoothing the share of preferences that are taken to be wrong, 0 to 0.5
 */
record AotUnpairedLoss(double beta, double labelSmoothing) implements PairedLoss {

    AotUnpairedLoss {
        Parameters.requirePositive("beta", beta);
        Parameters.requireInRange("label_smoothing", labelSmoothing, 0, 0.5);
    }

    @Override
    public List<List<PairTerm>> of(List<List<PairLogProbs>> preferences) {
        PairList pairs = new PairList(preferences);
        List<Integer> chosen = pairs.sortedBy(PairLogProbs::chosenRatio);
        List<Integer> rejected = pairs.sortedBy(PairLogProbs::rejectedRatio);
        for (int rank = 0; rank < pairs.size(); rank++) {
            int better = chosen.get(rank);
            int worse = rejected.get(rank);
            double d = pairs.get(better).chosenRatio() - pairs.get(worse).rejectedRatio();
            Smoothed term = Smoothed.of(beta * d, labelSmoothing);
            pairs.add(better, term.loss(), beta * term.slope(), 0);
            pairs.add(worse, 0, 0, -beta * term.slope());
        }
        return pairs.terms();
    }

    @Override
    public boolean comparesPreferences() {
        return true;
    }
}

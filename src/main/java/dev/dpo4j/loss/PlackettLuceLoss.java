package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DPO for more than two answers (Rafailov et al., arXiv 2305.18290, appendix A.3, equation 20): how unlikely the ranking is when answers are
 * drawn one after the other with softmax({@code beta r}) of what is left, r being log-ratios. Where only the chosen answer is known to be the
 * best, of its draw alone: {@code -log softmax(beta r)[chosen]}; of one rejected answer that is DPO.
 *
 * @param beta strength of the pull towards the reference, positive
 * @param ranked whether the rejected answers stand from the best to the worst
 */
record PlackettLuceLoss(double beta, boolean ranked) implements PairedLoss {

    PlackettLuceLoss {
        Parameters.requirePositive("beta", beta);
    }

    @Override
    public List<List<PairTerm>> of(List<List<PairLogProbs>> preferences) {
        return preferences.stream().map(this::ofPreference).toList();
    }

    /** The whole loss at each pair, and each answer's slope at its pair, times the pairs that the mean is taken over. */
    private List<PairTerm> ofPreference(List<PairLogProbs> pairs) {
        int answers = pairs.size() + 1;
        double[] z = new double[answers];
        z[0] = beta * pairs.getFirst().chosenRatio();
        for (int a = 1; a < answers; a++) {
            z[a] = beta * pairs.get(a - 1).rejectedRatio();
        }
        double loss = 0;
        double[] slopes = new double[answers];
        for (int drawn = 0; drawn < (ranked ? answers - 1 : 1); drawn++) {
            double total = logSumExp(z, drawn);
            loss += total - z[drawn];
            slopes[drawn] -= beta;
            for (int a = drawn; a < answers; a++) {
                slopes[a] += beta * Math.exp(z[a] - total);
            }
        }
        List<PairTerm> terms = new ArrayList<>();
        for (int a = 1; a < answers; a++) {
            terms.add(new PairTerm(loss, slopes[0], pairs.size() * slopes[a]));
        }
        return terms;
    }

    private static double logSumExp(double[] z, int from) {
        double highest = Arrays.stream(z, from, z.length).max().orElseThrow();
        return highest
                + Math.log(Arrays.stream(z, from, z.length)
                        .map(value -> Math.exp(value - highest))
                        .sum());
    }
}

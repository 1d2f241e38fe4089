package dev.dpo4j.train;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.Beginnings;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of a batch: what of it goes into a loss, and what comes back from there for each token.
 *
 * @param batch the preferences
 * @param tokens of the batch's scored tokens
 */
record BatchLogProbs(PreferenceBatch batch, TokenLogProbs tokens) {

    /** By a forward pass, when the model's turn on the machine has come. */
    static BatchLogProbs of(PreferenceBatch batch, LlamaModel model, Activations activations) {
        return model.compute()
                .call(() -> new BatchLogProbs(batch, model.logProbs(batch.tree(), batch.scored(), activations)));
    }

    /** Summed over each span of each preference. */
    double[][] sums(Summed summed) {
        return summed.sums(batch, tokens.logProbs());
    }

    /**
     * What a loss knows of each preference when this is the policy's.
     *
     * @param reference each preference's sums, of what the loss wants summed
     */
    List<AnswerLogProbs> answers(double[][] reference, PreferenceLoss loss) {
        Summed summed = Summed.of(loss);
        double[][] sums = sums(summed);
        double[][] squares =
                loss.weighted() ? Summed.ANSWERS.sums(batch, tokens.figures().logSquares()) : null;
        List<AnswerLogProbs> answers = new ArrayList<>();
        for (int p = 0; p < sums.length; p++) {
            int[] lengths = batch.preferences().get(p).lengths();
            double[] ofAnswers = Arrays.copyOf(sums[p], lengths.length);
            answers.add(new AnswerLogProbs(
                    ofAnswers,
                    Arrays.copyOf(reference[p], lengths.length),
                    lengths,
                    squares == null ? AnswerLogProbs.ones(lengths.length) : weights(ofAnswers, squares[p], lengths),
                    summed == Summed.ANSWERS
                            ? null
                            : new Beginnings(behind(sums[p], lengths.length), behind(reference[p], lengths.length)),
                    batch.preferences().get(p).good()));
        }
        return answers;
    }

    private static double[] behind(double[] sums, int answers) {
        return Arrays.copyOfRange(sums, answers, sums.length);
    }

    /** WPO's (Zhou et al., arXiv 2406.11827, aligned by sampling): {@code exp(mean over tokens of log p - log Σ p²)}. */
    private static double[] weights(double[] sums, double[] squareSums, int[] lengths) {
        return IntStream.range(0, sums.length)
                .mapToDouble(a -> Math.exp((sums[a] - squareSums[a]) / lengths[a]))
                .toArray();
    }

    /** Sums of the figures of each preference's tokens. */
    List<TokenTotals> totals() {
        return IntStream.range(0, batch.preferences().size())
                .mapToObj(p -> {
                    Boolean good = batch.preferences().get(p).good();
                    int[] starts = batch.starts()[p];
                    return good == null
                            ? TokenTotals.of(tokens.figures(), starts)
                            : TokenTotals.of(tokens.figures(), starts[0], starts[1], good);
                })
                .toList();
    }

    /**
     * The slopes of losses by each token's log-probability: its answer's or, with LD-DPO, the sum of its pairs', of which those are LD-DPO's
     * whose shorter answer has ended before the token.
     *
     * @param losses of each preference
     * @param totalWeight of all preferences over which the mean is taken
     */
    double[] slopes(List<PreferenceLosses> losses, @Nullable Double ldAlpha, double totalWeight) {
        double[] perToken = new double[batch.scored().size()];
        for (int p = 0; p < batch.starts().length; p++) {
            int[] starts = batch.starts()[p];
            double weight = batch.preferences().get(p).weight() / totalWeight;
            double[] slopes = losses.get(p).slopes();
            if (ldAlpha == null) {
                for (int a = 0; a < slopes.length; a++) {
                    Arrays.fill(perToken, starts[a], starts[a + 1], slopes[a] * weight);
                }
            } else {
                addSlopesOfPairs(losses.get(p).pairs(), p, ldAlpha, weight, perToken);
            }
        }
        return perToken;
    }

    private void addSlopesOfPairs(List<PairLoss> pairs, int p, double ldAlpha, double weight, double[] perToken) {
        int[] starts = batch.starts()[p];
        int[] lengths = batch.preferences().get(p).lengths();
        double share = weight / pairs.size();
        for (int i = 0; i < pairs.size(); i++) {
            int shorter = Math.min(lengths[0], lengths[i + 1]);
            PairLoss pair = pairs.get(i);
            double[] within = {share * pair.slopeChosen(), share * pair.slopeRejected()};
            double[] behind = {share * pair.slopeChosenBehind(ldAlpha), share * pair.slopeRejectedBehind(ldAlpha)};
            int[] answers = {0, i + 1};
            for (int side = 0; side < 2; side++) {
                int first = starts[answers[side]];
                for (int t = 0; t < lengths[answers[side]]; t++) {
                    perToken[first + t] += t < shorter ? within[side] : behind[side];
                }
            }
        }
    }
}

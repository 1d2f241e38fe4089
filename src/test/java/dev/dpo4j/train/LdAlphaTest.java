package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.kernel.TokenFigures;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.loss.Options;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LD-DPO from each token to the loss and back: which losses reduce what stands behind the shorter answer's end. */
class LdAlphaTest {

    private static final double BETA = 0.3;

    /** With one, two and three rejected answers, each shorter than the chosen one, longer or as long. */
    private static final List<TokenizedPreference> PREFERENCES = List.of(
            preference(1, 4, 2),
            preference(2, 3, 5, 1),
            preference(3, 2, 2, 6, 1),
            preference(4, 5, 7).withWeight(2.5));

    private static final PreferenceBatch BATCH = PreferenceBatch.of(PREFERENCES);

    /** The same for losses that take no weights. */
    private static final PreferenceBatch EVEN = PreferenceBatch.of(
            PREFERENCES.stream().map(preference -> preference.withWeight(1)).toList());

    /** What a training job and a call give each token is the slope of their loss by it. */
    @ParameterizedTest
    @ValueSource(
            strings = {"sigmoid", "sigmoid,sft", "sft,ipo", "cpo", "cpo,sft", "sigmoid,orpo", "simpo,orpo", "dpop"})
    void everyTokensSlopeIsTheCentralDifferenceOfTheMeanLoss(String types) {
        assertSlopesAreCentralDifferences(BATCH, loss(types, 0.4, false));
        assertSlopesAreCentralDifferences(BATCH, loss(types, 0.0, false));
    }

    /** TRL sorts what LD-DPO leaves of the sums. */
    @ParameterizedTest
    @ValueSource(strings = {"aot", "aot_unpaired", "aot,sft", "aot_unpaired,sigmoid"})
    void soIsItOfLossesThatSort(String types) {
        assertSlopesAreCentralDifferences(EVEN, loss(types, 0.4, false));
        assertSlopesAreCentralDifferences(EVEN, loss(types, 0.0, false));
    }

    private static void assertSlopesAreCentralDifferences(PreferenceBatch batch, PreferenceLoss loss) {
        double[] tokens = logProbs(1);
        double[] slopes = logProbs(batch, tokens)
                .slopes(losses(batch, loss, tokens), loss.ldAlpha(), PreferenceWeights.sum(batch.preferences()));
        double h = 1e-5;
        for (int t = 0; t < tokens.length; t++) {
            double[] up = tokens.clone();
            double[] down = tokens.clone();
            up[t] += h;
            down[t] -= h;
            double difference = (mean(batch, loss, up) - mean(batch, loss, down)) / (2 * h);
            assertThat(slopes[t]).as("token %d", t).isCloseTo(difference, within(1e-8));
        }
    }

    /** All chosen tokens count, whatever they are compared with: as in TRL, which averages them as they are. */
    @ParameterizedTest
    @CsvSource({"sigmoid, sft", "ipo, sft", "sigmoid, orpo", "cpo, orpo"})
    void alphaReducesNothingOfALikelihood(String compared, String whole) {
        double[] tokens = logProbs(2);
        double both = mean(BATCH, loss(compared + "," + whole, 0.4, false), tokens);
        double one = mean(BATCH, loss(compared, 0.4, false), tokens);
        double other = mean(BATCH, loss(whole, null, true), tokens);

        assertThat(both).isCloseTo(one + other, within(1e-12));
    }

    /** Xu et al., equation 5, with what LD-DPO leaves of the sums in its comparison and all of them in its likelihood. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.4, 1})
    void cpoComparesReducedSumsAndAddsTheWholeLikelihood(double alpha) {
        double[] tokens = logProbs(3);
        double expected = mean(BATCH, loss("sft", null, true), tokens);
        double weights = PreferenceWeights.sum(PREFERENCES);
        for (int p = 0; p < PREFERENCES.size(); p++) {
            int[] starts = BATCH.starts()[p];
            double weight = PREFERENCES.get(p).weight() / weights / (starts.length - 2);
            for (int a = 1; a < starts.length - 1; a++) {
                int shorter = Math.min(starts[1] - starts[0], starts[a + 1] - starts[a]);
                double margin = reduced(tokens, starts[0], starts[1], shorter, alpha)
                        - reduced(tokens, starts[a], starts[a + 1], shorter, alpha);
                expected += weight * Math.log1p(Math.exp(-BETA * margin));
            }
        }

        assertThat(mean(BATCH, loss("cpo", alpha, false), tokens)).isCloseTo(expected, within(1e-12));
    }

    private static double reduced(double[] tokens, int from, int to, int shorter, double alpha) {
        double beginning = Arrays.stream(tokens, from, from + shorter).sum();
        double rest = Arrays.stream(tokens, from + shorter, to).sum();
        return beginning + alpha * rest;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid,sft", "cpo", "sigmoid,orpo"})
    void aJobsStepHasTheLossAndTheGradientOfACall(String types) {
        LossOptions options = options(types, 0.4, false);
        List<TokenizedPreference> rows = TinyRun.preferences(11);
        TinyRun.Builder hyperparameters = TinyRun.hyperparameters()
                .batches(rows.size(), 1)
                .maxSteps(1)
                .maxGradNorm(0)
                .loss(options);
        TokenizedData data = new TokenizedData(rows, List.of(), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(hyperparameters.build(), data);
                LlamaWeights other = TinyLlama.weights(TinyLlama.UNTIED, 33)) {
            LlamaModel reference = new LlamaModel(other, null, run.compute);
            PreferenceScores scores = new PreferenceScoring(run.policy, reference, options.loss(BETA), 1L << 30)
                    .score(rows, true, () -> {});
            run.run(reference);

            StepReport step = run.listener.reports.getFirst();
            assertThat(step.metrics().loss()).isCloseTo(scores.loss(), within(1e-12));
            assertThat(step.gradNorm()).isCloseTo(Objects.requireNonNull(scores.gradientNorm()), within(1e-6));
        }
    }

    private static PreferenceLoss loss(String types, @Nullable Double alpha, boolean withoutReference) {
        return options(types, alpha, withoutReference).loss(BETA);
    }

    private static LossOptions options(String types, @Nullable Double alpha, boolean withoutReference) {
        return Options.of(Arrays.stream(types.split(","))
                        .map(name -> LossType.of(name).orElseThrow())
                        .toList())
                .ldAlpha(alpha)
                .withoutReference(withoutReference)
                .build();
    }

    private static List<PreferenceLosses> losses(PreferenceBatch batch, PreferenceLoss loss, double[] tokens) {
        double[][] reference = logProbs(batch, logProbs(9)).sums(Summed.of(loss));
        List<AnswerLogProbs> answers = logProbs(batch, tokens).answers(reference, loss);
        return loss.of(answers, PreferenceWeights.meanChosenTokens(batch.preferences()));
    }

    private static BatchLogProbs logProbs(PreferenceBatch batch, double[] tokens) {
        return new BatchLogProbs(
                batch, new TokenLogProbs(tokens, new double[tokens.length], TokenFigures.of(tokens.length)));
    }

    private static double mean(PreferenceBatch batch, PreferenceLoss loss, double[] tokens) {
        List<PreferenceLosses> losses = losses(batch, loss, tokens);
        double sum = 0;
        for (int p = 0; p < losses.size(); p++) {
            sum += batch.preferences().get(p).weight() * losses.get(p).loss();
        }
        return sum / PreferenceWeights.sum(batch.preferences());
    }

    private static double[] logProbs(int seed) {
        return new Random(seed).doubles(BATCH.scored().size(), -2.5, -0.1).toArray();
    }

    private static TokenizedPreference preference(int row, int chosen, int... rejected) {
        return new TokenizedPreference(
                row,
                new int[] {row},
                new int[chosen],
                Arrays.stream(rejected).mapToObj(int[]::new).toList());
    }
}

package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.train.NotebookPass;
import dev.dpo4j.train.PreferenceScores;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The steps of the computation under the names of the notebook that this project grew from, in its order. Rows are sequences, prompt and
 * answer: of each preference the chosen one, then the rejected ones. Nothing is padded, so rows differ in length where answers do.
 */
@Schema(
        name = "LossExplanation",
        description =
                "The computation step by step. Rows are sequences (prompt and answer): of each preference the chosen"
                        + " one, then the rejected ones. Nothing is padded.")
@JsonPropertyOrder({
    "input_ids",
    "labels",
    "loss_mask",
    "logits_corner",
    "per_token_logps",
    "all_logps",
    "as_notebook_printed",
    "policy_good_logps",
    "policy_bad_logps",
    "reference_good_logps",
    "reference_bad_logps",
    "logits",
    "loss"
})
@SuppressWarnings("ArrayRecordComponent") // goes straight to JSON; never compared
record LossExplanation(
        @Schema(description = "Prompt and answer.") List<int[]> inputIds,

        @Schema(
                description =
                        "What each position should predict: the ids one to the left, -100 where that is the prompt.")
        List<int[]> labels,

        @Schema(description = "Which positions count: those whose label is not -100.")
        List<boolean[]> lossMask,

        @Schema(description = "The policy's logits of the first three token ids at the first three positions.")
        List<float[][]> logitsCorner,

        @Schema(description = "Log-probability of each label under the policy, 0 where the mask is false.")
        List<double[]> perTokenLogps,

        @Schema(description = "Their sums.") List<Double> allLogps,
        Printed asNotebookPrinted,

        @Schema(description = "all_logps of the chosen answers.")
        List<Double> policyGoodLogps,

        @Schema(description = "all_logps of the rejected answers.")
        List<Double> policyBadLogps,

        @Schema(description = "The same under the reference; 0 where there is none.")
        List<Double> referenceGoodLogps,

        @Schema(description = "The same under the reference; 0 where there is none.")
        List<Double> referenceBadLogps,

        @Schema(description = "For each rejected answer: (policy_good - policy_bad) - (reference_good - reference_bad)")
        List<Double> logits,

        @Schema(
                description =
                        "The loss; of sigmoid -log sigmoid(beta * logits), the mean over rejected answers, then over preferences.")
        double loss) {

    private static final int IGNORED = -100;

    /** What the notebook printed in the place of the two fields before. */
    @Schema(
            name = "NotebookPrint",
            description =
                    "The same two steps as the notebook printed them: its mask cell had run twice, so the prompt's"
                            + " labels were 0 instead of -100, and were summed too.")
    record Printed(List<double[]> perTokenLogps, List<Double> allLogps) {}

    /** Lays the steps out. */
    static LossExplanation of(
            List<TokenizedPreference> preferences, List<NotebookPass> passes, PreferenceScores scores) {
        List<int[]> inputIds = new ArrayList<>();
        List<int[]> labels = new ArrayList<>();
        List<double[]> masked = new ArrayList<>();
        List<double[]> printed = new ArrayList<>();
        for (int p = 0; p < preferences.size(); p++) {
            int[] prompt = preferences.get(p).prompt();
            for (PreferenceScores.Answer answer : scores.preferences().get(p).answers()) {
                int[] ids = concatenated(prompt, answer.tokens());
                int[] shifted = Arrays.copyOfRange(ids, 1, ids.length);
                Arrays.fill(shifted, 0, prompt.length - 1, IGNORED);
                inputIds.add(ids);
                labels.add(shifted);
                masked.add(concatenated(new double[prompt.length - 1], answer.policy()));
                printed.add(concatenated(passes.get(p).promptOfZero(), answer.policy()));
            }
        }
        List<PreferenceScores.Answer> good = scores.preferences().stream()
                .map(preference -> preference.answers().getFirst())
                .toList();
        List<PreferenceScores.Answer> bad = scores.preferences().stream()
                .flatMap(preference -> preference.answers().stream().skip(1))
                .toList();
        return new LossExplanation(
                inputIds,
                labels,
                labels.stream().map(LossExplanation::mask).toList(),
                passes.stream().flatMap(pass -> pass.logitsCorner().stream()).toList(),
                masked,
                sums(masked),
                new Printed(printed, sums(printed)),
                good.stream().map(PreferenceScores.Answer::policySum).toList(),
                bad.stream().map(PreferenceScores.Answer::policySum).toList(),
                good.stream().map(PreferenceScores.Answer::referenceSum).toList(),
                bad.stream().map(PreferenceScores.Answer::referenceSum).toList(),
                scores.preferences().stream()
                        .flatMap(preference -> preference.losses().pairs().stream())
                        .map(PairLoss::logits)
                        .toList(),
                scores.loss());
    }

    private static boolean[] mask(int[] labels) {
        boolean[] mask = new boolean[labels.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = labels[i] != IGNORED;
        }
        return mask;
    }

    private static List<Double> sums(List<double[]> rows) {
        return rows.stream().map(row -> sum(row)).toList();
    }

    /** In order, as the loss sums. */
    private static double sum(double[] row) {
        double sum = 0;
        for (double value : row) {
            sum += value;
        }
        return sum;
    }

    private static int[] concatenated(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static double[] concatenated(double[] first, double[] second) {
        return DoubleStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}

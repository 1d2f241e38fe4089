package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.ArrayList;
import java.util.List;

/**
 * From rows to metrics and gradient: the forward pass of each batch, the loss, the backward pass. Rows of one call belong together, however
 * many batches they make.
 */
final class LossPasses {

    private final LlamaModel policy;
    private final PreferenceLoss loss;
    private final TokenizedData data;
    private final TrainingState state;
    private final Batches batches;
    private final ReferencePass referencePass;

    LossPasses(
            LlamaModel policy,
            PreferenceLoss loss,
            TokenizedData data,
            TrainingState state,
            Batches batches,
            ReferencePass referencePass) {
        this.policy = policy;
        this.loss = loss;
        this.data = data;
        this.state = state;
        this.batches = batches;
        this.referencePass = referencePass;
    }

    /**
     * Adds the gradient of the loss of a micro-step to the state's.
     *
     * @param step counted from 1, for messages
     * @param rows of the training data
     * @param weight what each preference's loss counts in the step's
     * @param metrics each preference's are added to it
     * @param betweenBatches throws when the run is to end
     * @throws NonFiniteException when a loss is not a number
     */
    void train(
            int step,
            List<Integer> rows,
            double weight,
            MetricsSum metrics,
            Runnable betweenBatches,
            Activations activations) {
        List<PreferenceBatch> ofRows = batches.training(rows);
        double meanChosenTokens = meanChosenTokens(rows, data.training());
        boolean together = loss.comparesPreferences() && ofRows.size() > 1;
        List<PreferenceLosses> known =
                together ? lossesTogether(ofRows, rows, meanChosenTokens, betweenBatches, activations) : List.of();
        int next = 0;
        for (PreferenceBatch batch : ofRows) {
            int first = next;
            List<Integer> rowsOfBatch =
                    rows.subList(first, next += batch.preferences().size());
            TokenLogProbs logProbs = logProbs(batch, activations);
            List<AnswerLogProbs> answers = answers(batch, logProbs, rowsOfBatch, state.trainingReference());
            List<PreferenceLosses> losses = together ? known.subList(first, next) : loss.of(answers, meanChosenTokens);
            double[][] slopes = new double[answers.size()][];
            for (int p = 0; p < slopes.length; p++) {
                requireFinite(losses.get(p), step, batch, p, rowsOfBatch);
                metrics.add(losses.get(p), answers.get(p).policy());
                slopes[p] = scaled(losses.get(p).slopes(), weight);
            }
            policy.compute()
                    .run(() -> policy.backward(
                            batch.tree(),
                            batch.scored(),
                            logProbs,
                            batch.spread(slopes),
                            activations,
                            Gradients.of(state.gradients())));
            betweenBatches.run();
        }
    }

    /**
     * Evaluates the validation data, which must not be empty.
     *
     * @param step that it comes after, for messages
     */
    PreferenceMetrics validate(int step, Runnable betweenBatches, Activations activations) {
        MetricsSum metrics = new MetricsSum();
        for (List<Integer> rows : batches.validationRows()) {
            List<AnswerLogProbs> answers =
                    forward(batches.validation(rows), rows, state.validationReference(), betweenBatches, activations);
            List<PreferenceLosses> losses = loss.of(answers, meanChosenTokens(rows, data.validation()));
            for (int i = 0; i < rows.size(); i++) {
                if (!Double.isFinite(losses.get(i).loss())) {
                    throw new NonFiniteException("The validation loss after step " + step + " is not finite ("
                            + losses.get(i).loss() + " at row "
                            + data.validation().get(rows.get(i)).row()
                            + " of the validation data). A smaller learning rate often helps.");
                }
                metrics.add(losses.get(i), answers.get(i).policy());
            }
        }
        return metrics.mean();
    }

    /** The losses of a micro-step of several batches, by forward passes of their own: for a loss that compares their preferences. */
    private List<PreferenceLosses> lossesTogether(
            List<PreferenceBatch> ofRows,
            List<Integer> rows,
            double meanChosenTokens,
            Runnable betweenBatches,
            Activations activations) {
        return loss.of(forward(ofRows, rows, state.trainingReference(), betweenBatches, activations), meanChosenTokens);
    }

    private List<AnswerLogProbs> forward(
            List<PreferenceBatch> ofRows,
            List<Integer> rows,
            ReferenceLogProbs reference,
            Runnable betweenBatches,
            Activations activations) {
        List<AnswerLogProbs> answers = new ArrayList<>();
        int next = 0;
        for (PreferenceBatch batch : ofRows) {
            betweenBatches.run();
            List<Integer> rowsOfBatch =
                    rows.subList(next, next += batch.preferences().size());
            answers.addAll(answers(batch, logProbs(batch, activations), rowsOfBatch, reference));
        }
        return answers;
    }

    private TokenLogProbs logProbs(PreferenceBatch batch, Activations activations) {
        return policy.compute().call(() -> policy.logProbs(batch.tree(), batch.scored(), activations, loss.weighted()));
    }

    /** What the loss knows; the reference's part is the policy's where that was left to it. */
    private List<AnswerLogProbs> answers(
            PreferenceBatch batch, TokenLogProbs policyTokens, List<Integer> rows, ReferenceLogProbs reference) {
        referencePass.takeFromPolicyIfLeft(batch, batch.sums(policyTokens.logProbs()), rows, reference);
        double[][] sums = rows.stream().map(reference::get).toArray(double[][]::new);
        return batch.answers(policyTokens, sums);
    }

    private void requireFinite(
            PreferenceLosses losses, int step, PreferenceBatch batch, int preference, List<Integer> rows) {
        if (!Double.isFinite(losses.loss())) {
            throw new NonFiniteException("The loss of step " + step + " is not finite (" + losses.loss() + " at row "
                    + batch.preferences().get(preference).row() + "; computed together: rows "
                    + data.rowNumbers(rows) + "). A smaller learning rate often helps.");
        }
    }

    private static double meanChosenTokens(List<Integer> rows, List<TokenizedPreference> preferences) {
        return PreferenceBatch.meanChosenTokens(
                rows.stream().map(preferences::get).toList());
    }

    private static double[] scaled(double[] values, double by) {
        double[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= by;
        }
        return scaled;
    }
}

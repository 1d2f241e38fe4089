package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Dropout;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.NonFiniteFigure;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From rows to metrics and gradient: the forward pass of each batch, the loss, the backward pass. Rows of one call belong together, however
 * many batches they make.
 */
final class LossPasses {

    private final LlamaModel policy;
    private final LlamaModel dropping; // the same in training passes, with dropout where there is some
    private final @Nullable Dropout dropout;
    private final long seed;
    private final PreferenceLoss loss;
    private final TokenizedData data;
    private final TrainingState state;
    private final Batches batches;
    private final ReferencePass referencePass;
    private final @Nullable MovingReference moving;
    private final StartCheck startCheck;

    /**
     * A run's passes.
     *
     * @param moving the reference, if it moves; null: what the pass has found is the reference's
     * @param startCheck what must hold of the passes before the first update
     * @param seed of dropout
     */
    LossPasses(
            LlamaModel policy,
            PreferenceLoss loss,
            TokenizedData data,
            TrainingState state,
            Batches batches,
            ReferencePass referencePass,
            @Nullable MovingReference moving,
            StartCheck startCheck,
            long seed) {
        this.policy = policy;
        this.dropout = state.dropout();
        this.dropping = dropout == null ? policy : policy.with(dropout);
        this.seed = seed;
        this.loss = loss;
        this.data = data;
        this.state = state;
        this.batches = batches;
        this.referencePass = referencePass;
        this.moving = moving;
        this.startCheck = startCheck;
    }

    /**
     * Computes the gradient of the loss of a step, into the state's.
     *
     * @param step counted from 1, for messages
     * @param microSteps rows of the training data
     * @param betweenBatches throws when the run is to end
     * @return the mean over the step's preferences, as the loss of the step is theirs
     * @throws NonFiniteException when a loss, a reward or a slope is not a number
     * @throws SelfCheckException when the first step's reference is not the policy's
     */
    PreferenceMetrics train(
            int step, List<List<Integer>> microSteps, Runnable betweenBatches, Activations activations) {
        // Every preference counts by its weight alone, also where an epoch's last micro-step is shorter; TRL has
        // micro-steps weigh the same.
        double totalWeight = PreferenceWeights.sum(microSteps.stream()
                .flatMap(List::stream)
                .map(data.training()::get)
                .toList());
        AnswerMetrics metrics = new AnswerMetrics();
        boolean first = true;
        for (List<Integer> rows : microSteps) {
            train(step, rows, totalWeight, first, metrics, betweenBatches, activations);
            first = false;
        }
        return metrics.mean();
    }

    /**
     * Adds the gradient of a micro-step, or begins with it.
     *
     * @param totalWeight of all preferences of the step
     * @param first whether the step's gradient begins with this micro-step
     * @param metrics each preference's are added to it
     */
    private void train(
            int step,
            List<Integer> rows,
            double totalWeight,
            boolean first,
            AnswerMetrics metrics,
            Runnable betweenBatches,
            Activations activations) {
        List<PreferenceBatch> ofRows = batches.training(rows);
        double meanChosenTokens = meanChosenTokens(rows, data.training());
        boolean together = loss.comparesPreferences() && ofRows.size() > 1;
        List<PreferenceLosses> known = together
                ? lossesTogether(step, ofRows, rows, meanChosenTokens, betweenBatches, activations)
                : List.of();
        int next = 0;
        boolean begun = !first;
        for (PreferenceBatch batch : ofRows) {
            int from = next;
            List<Integer> rowsOfBatch =
                    rows.subList(from, next += batch.preferences().size());
            Scored scored =
                    score(training(step, rowsOfBatch), batch, rowsOfBatch, Data.TRAINING, step == 1, activations);
            List<AnswerLogProbs> answers = scored.answers();
            List<TokenTotals> totals = scored.logProbs().totals();
            List<PreferenceLosses> losses = together ? known.subList(from, next) : loss.of(answers, meanChosenTokens);
            for (int p = 0; p < answers.size(); p++) {
                requireFinite(losses.get(p), step, batch, p, rowsOfBatch);
                metrics.add(
                        losses.get(p),
                        answers.get(p).policy(),
                        totals.get(p),
                        batch.preferences().get(p).weight());
            }
            Gradients gradients = Gradients.of(state.gradients(), begun);
            begun = true;
            policy.compute()
                    .run(() -> dropping.backward(
                            batch.tree(),
                            batch.scored(),
                            scored.logProbs().tokens(),
                            scored.logProbs().slopes(losses, loss.ldAlpha(), totalWeight),
                            activations,
                            gradients));
            betweenBatches.run();
        }
    }

    /**
     * Evaluates the validation data, which must not be empty.
     *
     * @param step that it comes after, for messages
     */
    PreferenceMetrics validate(int step, Runnable betweenBatches, Activations activations) {
        AnswerMetrics metrics = new AnswerMetrics();
        for (List<Integer> rows : batches.validationRows()) {
            List<AnswerLogProbs> answers = new ArrayList<>();
            List<TokenTotals> totals = new ArrayList<>();
            List<PreferenceBatch> ofRows = batches.validation(rows);
            List<Scored> all =
                    forward(ofRows, rows, Data.VALIDATION, step == 0, betweenBatches, batch -> policy, activations);
            for (Scored scored : all) {
                answers.addAll(scored.answers());
                totals.addAll(scored.logProbs().totals());
            }
            List<PreferenceLosses> losses = loss.of(answers, meanChosenTokens(rows, data.validation()));
            for (int i = 0; i < rows.size(); i++) {
                int row = data.validation().get(rows.get(i)).row();
                NonFiniteFigure.of(losses.get(i)).ifPresent(figure -> {
                    throw new NonFiniteException("The validation " + figure.name() + " after step " + step
                            + " is not finite (" + figure.value() + " at row " + row
                            + " of the validation data). A smaller learning rate often helps.");
                });
                metrics.add(
                        losses.get(i),
                        answers.get(i).policy(),
                        totals.get(i),
                        data.validation().get(rows.get(i)).weight());
            }
        }
        return metrics.mean();
    }

    /** The losses of a micro-step of several batches, by forward passes of their own: for a loss that compares their preferences. */
    private List<PreferenceLosses> lossesTogether(
            int step,
            List<PreferenceBatch> ofRows,
            List<Integer> rows,
            double meanChosenTokens,
            Runnable betweenBatches,
            Activations activations) {
        List<AnswerLogProbs> answers = forward(
                        ofRows,
                        rows,
                        Data.TRAINING,
                        step == 1,
                        betweenBatches,
                        rowsOfBatch -> training(step, rowsOfBatch),
                        activations)
                .stream()
                .flatMap(scored -> scored.answers().stream())
                .toList();
        return loss.of(answers, meanChosenTokens);
    }

    /** The policy for a training pass over some rows, which has the same masks whenever it is made. */
    private LlamaModel training(int step, List<Integer> rowsOfBatch) {
        if (dropout != null) {
            dropout.begin(seed, step, rowsOfBatch.getFirst());
        }
        return dropping;
    }

    private List<Scored> forward(
            List<PreferenceBatch> ofRows,
            List<Integer> rows,
            Data of,
            boolean atStart,
            Runnable betweenBatches,
            Function<List<Integer>, LlamaModel> model,
            Activations activations) {
        List<Scored> all = new ArrayList<>();
        int next = 0;
        for (PreferenceBatch batch : ofRows) {
            betweenBatches.run();
            List<Integer> rowsOfBatch =
                    rows.subList(next, next += batch.preferences().size());
            all.add(score(model.apply(rowsOfBatch), batch, rowsOfBatch, of, atStart, activations));
        }
        return all;
    }

    /** A batch after its forward pass: what its backward pass needs, and what the loss knows of each preference. */
    private record Scored(BatchLogProbs logProbs, List<AnswerLogProbs> answers) {}

    /** A side of the data. */
    private enum Data {
        TRAINING,
        VALIDATION
    }

    /**
     * The forward pass of a batch.
     *
     * @param of what it is of
     * @param atStart whether no update was made before it
     */
    private Scored score(
            LlamaModel model,
            PreferenceBatch batch,
            List<Integer> rows,
            Data of,
            boolean atStart,
            Activations activations) {
        // The policy's pass comes last: its activations are what the backward pass reads.
        double[][] ofMoving = moving == null ? null : moving.sums(batch, activations);
        BatchLogProbs logProbs = BatchLogProbs.of(batch, model, activations);
        ReferenceLogProbs known = of == Data.TRAINING ? state.trainingReference() : state.validationReference();
        double[][] ofReference = ofMoving == null ? found(logProbs, rows, known) : ofMoving;
        boolean same = of == Data.TRAINING ? startCheck.inTraining() : startCheck.inEvaluation();
        if (atStart && same) {
            double[][] ofPolicy = logProbs.sums(Summed.of(loss));
            startCheck.require(of.name().toLowerCase(Locale.ROOT), batch, ofPolicy, ofReference);
            // Of two roundings of one number the difference is noise, and any accuracy could come of it:
            // 0 is what it is.
            ofReference = ofPolicy;
        }
        return new Scored(logProbs, logProbs.answers(ofReference, loss));
    }

    /** What was found before the first step, or is the policy's where that was left to it. */
    private double[][] found(BatchLogProbs ofPolicy, List<Integer> rows, ReferenceLogProbs reference) {
        referencePass.takeFromPolicyIfLeft(ofPolicy, rows, reference);
        return rows.stream().map(reference::get).toArray(double[][]::new);
    }

    private void requireFinite(
            PreferenceLosses losses, int step, PreferenceBatch batch, int preference, List<Integer> rows) {
        NonFiniteFigure.of(losses).ifPresent(figure -> {
            throw new NonFiniteException("The " + figure.name() + " of step " + step + " is not finite ("
                    + figure.value() + " at row "
                    + batch.preferences().get(preference).row()
                    + "; computed together: rows " + data.rowNumbers(rows)
                    + "). A smaller learning rate often helps.");
        });
    }

    private static double meanChosenTokens(List<Integer> rows, List<TokenizedPreference> preferences) {
        return PreferenceWeights.meanChosenTokens(
                rows.stream().map(preferences::get).toList());
    }
}

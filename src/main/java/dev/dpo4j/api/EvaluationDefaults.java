package dev.dpo4j.api;

import static java.util.Objects.requireNonNullElse;

import dev.dpo4j.train.Amount;
import dev.dpo4j.train.EarlyStopping;
import dev.dpo4j.train.Evaluation;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.ValidationMetric;
import org.jspecify.annotations.Nullable;

/** What is asked for about validation data, under transformers' names where it has them. */
final class EvaluationDefaults {

    private static final String STEPS = "eval_steps";
    private static final String SPLIT = "validation_split";
    private static final String METRIC = "metric_for_best_model";
    private static final String PATIENCE = "early_stopping_patience";
    private static final String THRESHOLD = "early_stopping_threshold";
    private static final String GREATER = "greater_is_better";
    private static final String LOAD_BEST = "load_best_model_at_end";

    private EvaluationDefaults() {}

    /** @throws ApiException naming the first value that cannot be */
    static Evaluation resolve(DpoHyperparametersRequest request) {
        return new Evaluation(
                amount(STEPS, request.evalSteps(), "steps"),
                amount(SPLIT, request.validationSplit(), "rows"),
                selection(request));
    }

    private static ModelSelection selection(DpoHyperparametersRequest request) {
        ValidationMetric metric = metric(requireNonNullElse(
                request.metricForBestModel(), ModelSelection.DEFAULT.metric().wireName()));
        return new ModelSelection(
                metric,
                requireNonNullElse(request.greaterIsBetter(), metric.greaterIsBetter()),
                requireNonNullElse(request.loadBestModelAtEnd(), false),
                earlyStopping(request.earlyStoppingPatience(), request.earlyStoppingThreshold()));
    }

    private static ValidationMetric metric(String name) {
        return ValidationMetric.named(name)
                .orElseThrow(() -> DpoDefaults.invalid(METRIC, "is no metric that evaluations report: " + name));
    }

    private static @Nullable EarlyStopping earlyStopping(@Nullable Integer patience, @Nullable Double threshold) {
        double least = requireNonNullElse(threshold, 0.0);
        if (patience == null && least != 0) {
            throw DpoDefaults.invalid(THRESHOLD, "has no effect without " + PATIENCE);
        }
        return patience == null ? null : new EarlyStopping(patience, least);
    }

    /**
     * Checks it against the job's data.
     *
     * @param hyperparameters with every gap filled
     * @param trainingRows rows of the training data
     * @throws ApiException when nothing would be left on one side of a split, or there is no validation data for what is asked
     */
    static void check(Hyperparameters hyperparameters, boolean validationFile, long trainingRows) {
        Evaluation evaluation = hyperparameters.evaluation();
        boolean labelled = hyperparameters.loss().loss(hyperparameters.beta()).labelled();
        ValidationMetric metric = evaluation.selection().metric();
        if (labelled && !metric.ofLabelledAnswers()) {
            throw DpoDefaults.invalid(
                    METRIC, metric.wireName() + " is none of labelled answers, which are not compared with each other");
        }
        Amount split = evaluation.split();
        if (split == null) {
            if (!validationFile) {
                requireDefaults(evaluation);
            }
            return;
        }
        if (validationFile) {
            throw DpoDefaults.invalid(SPLIT, "cannot go with validation_file: give one of the two");
        }
        if (split.of(Math.toIntExact(trainingRows)) >= trainingRows) {
            throw DpoDefaults.invalid(
                    SPLIT,
                    "%s would hold out all of the %d rows of the training data: nothing would be left to train on"
                            .formatted(split, trainingRows));
        }
    }

    /** Options that have no effect are refused: they would not do what they are asked for. */
    private static void requireDefaults(Evaluation evaluation) {
        ModelSelection selection = evaluation.selection();
        require(evaluation.steps() == null, STEPS);
        require(selection.earlyStopping() == null, PATIENCE);
        require(selection.metric() == ModelSelection.DEFAULT.metric(), METRIC);
        require(selection.greaterIsBetter() == ModelSelection.DEFAULT.greaterIsBetter(), GREATER);
        require(!selection.loadBestModelAtEnd(), LOAD_BEST);
    }

    private static void require(boolean byDefault, String name) {
        if (!byDefault) {
            throw DpoDefaults.invalid(
                    name, "wants preferences to evaluate: give a validation_file or a validation_split");
        }
    }

    private static @Nullable Amount amount(String name, @Nullable Double value, String of) {
        if (value == null) {
            return null;
        }
        if (!Amount.valid(value)) {
            throw DpoDefaults.invalid(
                    name, "must be a whole number of " + of + ", or a share of them below 1, not " + value);
        }
        return new Amount(value);
    }
}

package dev.dpo4j.api;

import dev.dpo4j.train.Amount;
import dev.dpo4j.train.Evaluation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is asked for about validation data, under transformers' names where it has them. */
final class EvaluationDefaults {

    private static final String STEPS = "eval_steps";
    private static final String SPLIT = "validation_split";

    private EvaluationDefaults() {}

    /** @throws ApiException naming the first value that cannot be */
    static Evaluation resolve(DpoHyperparametersRequest request) {
        return new Evaluation(
                amount(STEPS, request.evalSteps(), "steps"), amount(SPLIT, request.validationSplit(), "rows"));
    }

    /**
     * Checks it against the job's data.
     *
     * @param evaluation what {@link #resolve} made of the request
     * @param trainingRows rows of the training data
     * @throws ApiException when nothing would be left on one side of a split, or there is no validation data for what is asked
     */
    static void check(
            DpoHyperparametersRequest request, Evaluation evaluation, boolean validationFile, long trainingRows) {
        Amount split = evaluation.split();
        if (split == null) {
            if (!validationFile) {
                requireNothing(request);
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
    private static void requireNothing(DpoHyperparametersRequest request) {
        Map<String, @Nullable Object> wanting = new LinkedHashMap<>();
        wanting.put(STEPS, request.evalSteps());
        wanting.forEach((name, value) -> {
            if (value != null) {
                throw DpoDefaults.invalid(
                        name, "wants preferences to evaluate: give a validation_file or a validation_split");
            }
        });
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

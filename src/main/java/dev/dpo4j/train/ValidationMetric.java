package dev.dpo4j.train;

import java.util.Arrays;
import java.util.Optional;

/** What evaluations can be compared by: the metrics that a run reports, under TRL's names. */
public enum ValidationMetric {
    LOSS("loss"),
    REWARDS_CHOSEN("rewards/chosen"),
    REWARDS_REJECTED("rewards/rejected"),
    REWARDS_ACCURACIES("rewards/accuracies"),
    REWARDS_MARGINS("rewards/margins"),
    LOGPS_CHOSEN("logps/chosen"),
    LOGPS_REJECTED("logps/rejected"),
    LOGITS_CHOSEN("logits/chosen"),
    LOGITS_REJECTED("logits/rejected"),
    ENTROPY("entropy"),
    MEAN_TOKEN_ACCURACY("mean_token_accuracy");

    private static final String OF_EVALUATION = "eval_";

    private final String wireName;

    ValidationMetric(String wireName) {
        this.wireName = wireName;
    }

    /** The metric of this name, with or without {@code eval_} before it, as in transformers. */
    public static Optional<ValidationMetric> named(String name) {
        String bare = name.startsWith(OF_EVALUATION) ? name.substring(OF_EVALUATION.length()) : name;
        return Arrays.stream(values())
                .filter(metric -> metric.wireName.equals(bare))
                .findFirst();
    }

    /** TRL's name. */
    public String wireName() {
        return wireName;
    }

    /** TRL's name in an evaluation's figures. */
    public String evaluationName() {
        return OF_EVALUATION + wireName;
    }

    /** Whether more is better unless one says otherwise: of all but losses, as in transformers. */
    public boolean greaterIsBetter() {
        return !wireName.endsWith("loss");
    }

    /** Whether evaluations of labelled answers have it too, which are compared with nothing. */
    public boolean ofLabelledAnswers() {
        return this != REWARDS_ACCURACIES && this != MEAN_TOKEN_ACCURACY;
    }

    /** Its value; not a number where there is nothing that it is of. */
    public double of(PreferenceMetrics metrics) {
        boolean there = switch (this) {
            case LOSS, ENTROPY -> true;
            case REWARDS_CHOSEN, LOGPS_CHOSEN, LOGITS_CHOSEN -> metrics.hasChosen();
            case REWARDS_REJECTED, LOGPS_REJECTED, LOGITS_REJECTED -> metrics.hasRejected();
            case REWARDS_MARGINS -> metrics.hasMargins();
            case REWARDS_ACCURACIES, MEAN_TOKEN_ACCURACY -> metrics.labels() == null;
        };
        return there ? figure(metrics) : Double.NaN;
    }

    private double figure(PreferenceMetrics metrics) {
        return switch (this) {
            case LOSS -> metrics.loss();
            case REWARDS_CHOSEN -> metrics.rewardsChosen();
            case REWARDS_REJECTED -> metrics.rewardsRejected();
            case REWARDS_ACCURACIES -> metrics.rewardsAccuracies();
            case REWARDS_MARGINS -> metrics.rewardsMargins();
            case LOGPS_CHOSEN -> metrics.logpsChosen();
            case LOGPS_REJECTED -> metrics.logpsRejected();
            case LOGITS_CHOSEN -> metrics.logitsChosen();
            case LOGITS_REJECTED -> metrics.logitsRejected();
            case ENTROPY -> metrics.entropy();
            case MEAN_TOKEN_ACCURACY -> metrics.meanTokenAccuracy();
        };
    }
}

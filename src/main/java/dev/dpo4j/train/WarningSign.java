package dev.dpo4j.train;

import static dev.dpo4j.train.TrainingHistory.mean;

import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.train.TrainingHistory.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Signs that a run goes wrong though its numbers are numbers, each with its threshold and what helps. Pure functions of a run's history;
 * each is to be told once.
 */
public enum WarningSign {
    /** The loss is pushed down by making both answers unlikely. */
    CHOSEN_FALLS(true) {
        @Override
        boolean seen(TrainingHistory history) {
            return history.settled()
                    && mean(history.now(), Step::chosen) <= -UNLIKELIER
                    && mean(history.now(), Step::chosen) < mean(history.before(), Step::chosen)
                    && mean(history.now(), Step::margin) > mean(history.before(), Step::margin);
        }

        @Override
        String message(TrainingHistory history) {
            return "The margin grows while the chosen answers themselves become unlikelier: over the last %d steps their log-probability is"
                            .formatted(history.now().size())
                    + number(mean(history.now(), Step::chosen))
                    + " nats from the reference's. The model may come to say neither. A sum with \"sft\" in loss_type, \"apo_zero\", \"dpop\" or a"
                    + " greater beta holds them up.";
        }
    },

    /** One step's gradient is of another size. */
    GRADIENT_OUTLIER(false) {
        @Override
        boolean seen(TrainingHistory history) {
            return history.recent().size() > RECENT_FOR_OUTLIER
                    && history.recent().getLast().gradNorm() > OUTLIER * usualNorm(history);
        }

        @Override
        String message(TrainingHistory history) {
            Step last = history.recent().getLast();
            return "The gradient of step %d has norm".formatted(last.step())
                    + number(last.gradNorm())
                    + ", where"
                    + number(usualNorm(history))
                    + " is usual. Its preferences may be wrong or of another kind; if this recurs, a smaller learning rate or max_grad_norm helps.";
        }
    },

    /** It learns the opposite, or nothing but noise. */
    LOSS_ABOVE_START(false) {
        @Override
        boolean seen(TrainingHistory history) {
            if (!history.settled()) {
                return false;
            }
            double start = mean(history.first(), Step::loss);
            return mean(history.recent(), Step::loss) > start + RISE * Math.abs(start);
        }

        @Override
        String message(TrainingHistory history) {
            return "Over the last %d steps the loss is"
                            .formatted(history.recent().size())
                    + number(mean(history.recent(), Step::loss))
                    + ", above the"
                    + number(mean(history.first(), Step::loss))
                    + " that it began with. A smaller learning rate or a longer warm-up helps most; so does a look at whether chosen and rejected"
                    + " are the wrong way round.";
        }
    },

    /** Everything is learnt, and the policy goes on leaving the reference. */
    MARGINS_WITHOUT_END(true) {
        @Override
        boolean seen(TrainingHistory history) {
            return history.settled()
                    && history.recent().stream().allMatch(step -> step.accuracy() == 1)
                    && mean(history.now(), Step::margin) >= SATURATED
                    && mean(history.now(), Step::margin) > mean(history.before(), Step::margin);
        }

        @Override
        String message(TrainingHistory history) {
            return "Every preference of the last %d steps was told right, and the margins still grow, to"
                            .formatted(history.recent().size())
                    + number(mean(history.now(), Step::margin))
                    + ": nothing is learnt any more but to be far from the reference. Fewer epochs, an earlier checkpoint, a greater beta,"
                    + " label_smoothing or \"ipo\" keep it nearer.";
        }
    },

    /** It learns its rows by heart. */
    EVAL_LOSS_RISES(false) {
        @Override
        boolean seen(TrainingHistory history) {
            TrainingHistory.Evaluation evaluation = history.evaluation();
            if (evaluation == null || history.recent().isEmpty()) {
                return false;
            }
            double atBest = history.trainingAtBest();
            return evaluation.latest() > evaluation.best() + OVERFIT * Math.abs(evaluation.best())
                    && mean(history.recent(), Step::loss) < atBest - OVERFIT * Math.abs(atBest);
        }

        @Override
        String message(TrainingHistory history) {
            TrainingHistory.Evaluation evaluation = Objects.requireNonNull(history.evaluation());
            return "The validation loss has risen from" + number(evaluation.best()) + " to"
                    + number(evaluation.latest()) + " while the training loss fell to"
                    + number(mean(history.recent(), Step::loss))
                    + ": the model learns its rows by heart. Use an earlier checkpoint, or fewer n_epochs or a smaller learning rate.";
        }
    };

    /** Nats: the policy says the answer less than a hundredth as often as the reference. A nat or two is nothing to warn of. */
    private static final double UNLIKELIER = 5;

    /** Times the usual norm: another order of magnitude, not another batch. */
    private static final double OUTLIER = 10;

    /** Steps that make a norm usual. */
    private static final int RECENT_FOR_OUTLIER = 10;

    /** Share of the start's loss: more than batches differ by, once twenty steps are taken together. */
    private static final double RISE = 0.1;

    /** Reward margin at which sigmoid's slope is 1/22,000 of beta. */
    private static final double SATURATED = 10;

    /** Share by which each of the two losses has to move, so that no noise in their last digits is told. */
    private static final double OVERFIT = 0.05;

    private final boolean ofMargins;

    WarningSign(boolean ofMargins) {
        this.ofMargins = ofMargins;
    }

    /**
     * The signs there are with a loss: rewards say nothing of a start when there is no reference, and labelled answers have no margins of their
     * own.
     */
    static List<WarningSign> of(PreferenceLoss loss) {
        return Arrays.stream(values())
                .filter(sign -> !(sign.ofMargins && (loss.referenceFree() || loss.labelled())))
                .toList();
    }

    /** Whether the newest step or validation of a history shows it. */
    abstract boolean seen(TrainingHistory history);

    abstract String message(TrainingHistory history);

    TrainingWarning warning(TrainingHistory history) {
        return new TrainingWarning(name().toLowerCase(Locale.ROOT), message(history));
    }

    /** A run that has learnt all has tiny gradients, and one row that surprises it is no outlier: the start's count too. */
    private static double usualNorm(TrainingHistory history) {
        List<Step> others = history.recent().subList(0, history.recent().size() - 1);
        return Math.max(TrainingHistory.medianNorm(others), TrainingHistory.medianNorm(history.first()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, " %.4g", value);
    }
}

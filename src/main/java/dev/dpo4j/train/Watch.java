package dev.dpo4j.train;

import dev.dpo4j.loss.PreferenceLoss;
import java.util.List;

/** Looks for {@link WarningSign}s after each step and validation, and tells each once. */
final class Watch {

    private final List<WarningSign> signs;
    private final double beta;

    Watch(PreferenceLoss loss) {
        signs = WarningSign.of(loss);
        beta = loss.beta();
    }

    /** After a step, counted from 1. */
    TrainingHistory afterStep(
            TrainingHistory history, int step, PreferenceMetrics metrics, double gradNorm, TrainingListener listener) {
        return tell(
                history.plus(new TrainingHistory.Step(
                        step,
                        metrics.loss(),
                        metrics.rewardsChosen() / beta,
                        metrics.rewardsMargins(),
                        metrics.rewardsAccuracies(),
                        gradNorm)),
                listener);
    }

    TrainingHistory afterValidation(TrainingHistory history, PreferenceMetrics metrics, TrainingListener listener) {
        return tell(history.plusEvaluation(metrics.loss()), listener);
    }

    private TrainingHistory tell(TrainingHistory now, TrainingListener listener) {
        TrainingHistory history = now;
        for (WarningSign sign : signs) {
            if (!history.told().contains(sign) && sign.seen(history)) {
                listener.onWarning(sign.warning(history));
                history = history.plusTold(sign);
            }
        }
        return history;
    }
}

package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a preference's loss is no finite number. A loss can be one though its answers' log-probabilities are none: the hinge's is 0 of a
 * rejected answer that the policy never gives.
 *
 * @param name what it is
 * @param value infinite, or no number
 */
public record NonFiniteFigure(String name, double value) {

    /** The first of a preference's figures that is none, in the order loss, rewards, slopes. */
    public static Optional<NonFiniteFigure> of(PreferenceLosses losses) {
        List<NonFiniteFigure> figures = new ArrayList<>();
        figures.add(new NonFiniteFigure("loss", losses.loss()));
        LabelledAnswer labelled = losses.labelled();
        if (labelled != null) {
            figures.add(new NonFiniteFigure("reward", labelled.reward()));
            figures.add(new NonFiniteFigure("kl", labelled.kl()));
        }
        for (int i = 0; i < losses.pairs().size(); i++) {
            PairLoss pair = losses.pairs().get(i);
            String rejected = "rejected answer " + (i + 1);
            figures.add(new NonFiniteFigure("loss against " + rejected, pair.loss()));
            figures.add(new NonFiniteFigure("reward of the chosen answer", pair.rewardChosen()));
            figures.add(new NonFiniteFigure("reward of " + rejected, pair.rewardRejected()));
            figures.add(new NonFiniteFigure("slope by the chosen answer", pair.slopeChosen()));
            figures.add(new NonFiniteFigure("slope by " + rejected, pair.slopeRejected()));
        }
        for (double slope : losses.slopes()) {
            figures.add(new NonFiniteFigure("slope", slope));
        }
        return figures.stream().filter(figure -> !Double.isFinite(figure.value)).findFirst();
    }
}

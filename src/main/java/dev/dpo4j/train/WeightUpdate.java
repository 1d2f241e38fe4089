package dev.dpo4j.train;

import dev.dpo4j.learningrate.LearningRate;
import dev.dpo4j.tensor.Compute;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the gradient of a step does: the weights move by AdamW, their gradient clipped, and a reference that follows them does. All of
 * it must still be numbers then.
 */
final class WeightUpdate {

    /**
     * What is told of an update.
     *
     * @param gradientNorm before clipping
     * @param unmoved names tensors that it should have moved
     */
    record Outcome(double gradientNorm, double learningRate, Optional<TrainingWarning> unmoved) {}

    private final Compute compute;
    private final TrainingState state;
    private final TokenizedData data;
    private final Hyperparameters hyperparameters;
    private final LearningRate rates;
    private final AdamW optimizer;
    private final Movement movement;
    private final @Nullable MovingReference moving;
    private boolean beganFinite; // a model may come with numbers that are none, for tokens that the data has not

    /** @param moving the reference that follows; null: none does */
    WeightUpdate(
            Compute compute,
            TrainingState state,
            TokenizedData data,
            Hyperparameters hyperparameters,
            int totalSteps,
            @Nullable MovingReference moving) {
        this.compute = compute;
        this.state = state;
        this.data = data;
        this.hyperparameters = hyperparameters;
        this.rates = hyperparameters.learningRates(totalSteps);
        this.optimizer = new AdamW(
                hyperparameters.adam(),
                compute,
                state.trained(),
                state.gradients(),
                state.firstMoments(),
                state.secondMoments());
        this.movement = new Movement(
                compute,
                state.weights(),
                state.firstMoments().tensors(),
                rates,
                totalSteps,
                hyperparameters.lora() != null);
        this.moving = moving;
    }

    /** Looks at the weights before the first update of this start. */
    void begin() {
        beganFinite = compute.call(() -> Double.isFinite(optimizer.weightNorm()));
    }

    /**
     * Updates the weights.
     *
     * @param step counted from 0
     * @param rows whose gradient it is, for the message
     * @throws NonFiniteException when the gradient or a weight is no longer a number
     */
    Outcome apply(int step, List<Integer> rows) {
        return compute.call(() -> {
            double norm = optimizer.gradientNorm();
            requireFinite(norm, "The gradient of step ", step, rows);
            double rate = rates.at(step);
            double clipping = AdamW.clipping(norm, hyperparameters.maxGradNorm());
            Optional<TrainingWarning> unmoved = movement.through(
                    step, () -> optimizer.step(step + 1, rate, clipping, hyperparameters.weightDecay()));
            if (beganFinite) {
                requireFinite(optimizer.weightNorm(), "The norm of all weights after step ", step, rows);
            }
            if (moving != null) {
                moving.follow(step + 1, state.weights());
            }
            return new Outcome(norm, rate, unmoved);
        });
    }

    private void requireFinite(double norm, String what, int step, List<Integer> rows) {
        if (!Double.isFinite(norm)) {
            throw new NonFiniteException(what + (step + 1) + " is not finite (norm " + norm + "); rows "
                    + data.rowNumbers(rows) + ". A smaller learning rate or max_grad_norm often helps.");
        }
    }
}

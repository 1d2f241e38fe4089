package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.LinearLayer;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.loss.PreferenceLoss;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run will have to do, reckoned before it begins.
 *
 * @param stepsPerEpoch optimizer steps of one pass over the data
 * @param totalSteps of the run, unless it stops early
 * @param evaluations of the validation data
 * @param operations additions and multiplications of its matrix products, if nothing is known of the reference and the data's prompts share
 *     nothing
 */
public record Forecast(int stepsPerEpoch, int totalSteps, long evaluations, double operations) {

    /** Of what plain matrix products do in their time, what a run does: the rest of a step is no matrix product. */
    private static final double USEFUL_SHARE = 0.8;

    /**
     * Reckons.
     *
     * @param recomputed the share of the layers whose activations the backward pass computes again
     */
    public static Forecast of(
            LlamaConfig config, Hyperparameters hyperparameters, TokenizedData data, double recomputed) {
        Schedule schedule = new Schedule(data.training().size(), hyperparameters);
        EvaluationSteps steps = new EvaluationSteps(data, schedule, hyperparameters.evaluation());
        long evaluations = data.validation().isEmpty() ? 0 : 1L + steps.count(); // one before the first step
        Work work = new Work(config, hyperparameters.lora());
        PreferenceLoss loss = hyperparameters.loss().loss(hyperparameters.beta());
        double epochs = schedule.epoch(schedule.totalSteps());
        double training = work.forward(data.training());
        double validation = work.forward(data.validation());
        double learning =
                epochs * ((work.backwardShare() + recomputed + 1) * training + work.dora(data.training(), recomputed));
        double evaluating = evaluations * validation;
        double reference = 0;
        if (!loss.referenceFree()) {
            boolean moving = hyperparameters.referenceSync() != null;
            reference = moving ? epochs * training + evaluating : Math.min(epochs, 1) * training + validation;
        }
        return new Forecast(
                schedule.stepsPerEpoch(), schedule.totalSteps(), evaluations, learning + evaluating + reference);
    }

    /**
     * How long that takes with nothing else to compute.
     *
     * @param gigaflops 10^9 operations a second of a large matrix product
     */
    public double seconds(double gigaflops) {
        return operations / (gigaflops * 1e9 * USEFUL_SHARE);
    }

    /** The operations of passes through one model. A product of [n, in] with [in, out] has 2 n in out. */
    private record Work(LlamaConfig config, @Nullable LoraConfig lora) {

        /** The backward pass in units of the forward pass: gradients of inputs and of weights; of frozen weights there are none. */
        double backwardShare() {
            return lora == null ? 2 : 1;
        }

        /**
         * Products of the adapted layers that DoRA adds to a step: what it has scaled is computed again for the gradient of the magnitudes, and
         * with dropout the base is put through in each direction as a whole and as what is left of it.
         */
        double dora(List<TokenizedPreference> preferences, double recomputed) {
            if (lora == null || !lora.useDora()) {
                return 0;
            }
            double rows =
                    preferences.stream().mapToDouble(TokenizedPreference::rows).sum();
            double adapted = lora.layers(config).stream()
                    .mapToDouble(layer ->
                            (double) layer.linear().in() * layer.linear().out())
                    .sum();
            return (lora.dropout() == 0 ? 1 : 3 + recomputed) * 2 * rows * adapted;
        }

        double forward(List<TokenizedPreference> preferences) {
            return preferences.stream().mapToDouble(this::forward).sum();
        }

        private double forward(TokenizedPreference preference) {
            double rows = preference.rows();
            double linear = LinearLayer.of(config).stream()
                    .mapToDouble(layer -> (double) layer.in() * layer.out())
                    .sum();
            double adapter = lora == null ? 0 : lora.parameters(config);
            // Queries by keys and weights by values, half of the keys lying ahead.
            double attention = (double) config.layers() * config.queryWidth() * preference.context();
            double head = (double) preference.scored() * config.hiddenSize() * config.vocabSize();
            return 2 * (rows * (linear + adapter + attention) + head);
        }
    }
}

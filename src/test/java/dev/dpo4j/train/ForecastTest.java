package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForecastTest {

    private static final LlamaConfig CONFIG = TinyLlama.UNTIED;

    /** Two tokens of a prompt, three and two of answers: 2 + 2 + 1 rows, 5 scored tokens, 4 rows of context. */
    private static final TokenizedPreference PREFERENCE =
            new TokenizedPreference(1, new int[] {1, 2}, new int[] {3, 4, 5}, List.of(new int[] {6, 7}));

    @Test
    void aStepIsThreeForwardPassesAndTheReferenceOneMore() {
        TokenizedData data = data(4, 0);
        Forecast forecast =
                Forecast.of(CONFIG, TinyRun.hyperparameters().epochs(2).build(), data, 0);

        // Per layer: queries, output [c, q]; keys, values [c, k]; gate, up, down [c, f].
        double layer = 2.0 * CONFIG.hiddenSize() * (CONFIG.queryWidth() + CONFIG.keyWidth())
                + 3.0 * CONFIG.hiddenSize() * CONFIG.intermediateSize();
        double attention = 4.0 * CONFIG.queryWidth();
        double head = 5.0 * CONFIG.hiddenSize() * CONFIG.vocabSize();
        double forward = 2 * (CONFIG.layers() * 5 * (layer + attention) + head);
        assertThat(forecast.operations()).isCloseTo(4 * forward * (2 * 3 + 1), within(1.0));
        assertThat(forecast.seconds(1)).isCloseTo(forecast.operations() / 0.8e9, within(1e-12));
    }

    @Test
    void whatIsNotAskedForIsNotReckoned() {
        TokenizedData data = data(4, 0);
        double once = Forecast.of(CONFIG, TinyRun.hyperparameters().epochs(1).build(), data, 0)
                .operations();
        double forward = once / 4;
        LossOptions simpo = LossOptions.of(List.of(LossType.SIMPO));
        assertThat(Forecast.of(
                                CONFIG,
                                TinyRun.hyperparameters().epochs(1).loss(simpo).build(),
                                data,
                                0)
                        .operations())
                .isCloseTo(3 * forward, within(1.0));
        assertThat(Forecast.of(CONFIG, TinyRun.hyperparameters().epochs(1).build(), data, 1)
                        .operations())
                .isCloseTo(5 * forward, within(1.0));
    }

    /** What it has scaled is put through the adapted layers once more. */
    @Test
    void doraTakesAnotherProductInEachAdaptedLayer() {
        LoraConfig lora = new LoraConfig(2, 4, Set.of("q_proj", "down_proj"));
        TokenizedData data = data(4, 0);
        double plain = Forecast.of(
                        CONFIG, TinyRun.hyperparameters().epochs(3).lora(lora).build(), data, 0)
                .operations();
        double dora = Forecast.of(
                        CONFIG,
                        TinyRun.hyperparameters()
                                .epochs(3)
                                .lora(TinyLlama.dora(lora))
                                .build(),
                        data,
                        0)
                .operations();

        double again = CONFIG.layers() * 5.0 * CONFIG.hiddenSize() * (CONFIG.queryWidth() + CONFIG.intermediateSize());
        double magnitudes = CONFIG.layers() * 5.0 * (CONFIG.queryWidth() + CONFIG.hiddenSize());
        assertThat(dora - plain).isCloseTo(3 * 4 * 2 * again + 4 * 2 * magnitudes * (2 * 3 + 1), within(1.0));
    }

    /** Before training, after each epoch's steps, and the reference once. */
    @Test
    void validationIsEvaluatedAsOftenAsARunDoes() {
        Hyperparameters hyperparameters = TinyRun.hyperparameters().epochs(3).build();
        double training = Forecast.of(CONFIG, hyperparameters, data(4, 0), 0).operations();
        Forecast forecast = Forecast.of(CONFIG, hyperparameters, data(4, 2), 0);
        double forward = training / 4 / (3 * 3 + 1);

        assertThat(forecast.evaluations()).isEqualTo(4);
        assertThat(forecast.operations() - training).isCloseTo(2 * forward * (4 + 1), within(1.0));
    }

    /** As many as two billion steps are reckoned, not counted one by one. */
    @Test
    void aRunOfAsManyStepsAsThereCanBeIsReckonedAtOnce() {
        Hyperparameters hyperparameters = TinyRun.hyperparameters()
                .maxSteps(Integer.MAX_VALUE)
                .evaluation(new Evaluation(new Amount(1), null, ModelSelection.DEFAULT))
                .build();
        Forecast forecast = Forecast.of(CONFIG, hyperparameters, data(4, 2), 0);
        assertThat(forecast.evaluations()).isEqualTo(1L << 31);
        assertThat(forecast.operations()).isPositive();
    }

    @Test
    void stepsAreThoseThatARunTakes() {
        Hyperparameters hyperparameters = TinyRun.hyperparameters().epochs(3).build();
        TokenizedData data = new TokenizedData(TinyRun.preferences(7), List.of(), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(hyperparameters, data)) {
            run.run();
            Forecast forecast = Forecast.of(CONFIG, hyperparameters, data, 0);
            assertThat(forecast.totalSteps())
                    .isEqualTo(run.listener.reports.getLast().step());
            assertThat(forecast.stepsPerEpoch()).isEqualTo(forecast.totalSteps() / 3);
        }
    }

    private static TokenizedData data(int training, int validation) {
        return new TokenizedData(
                Collections.nCopies(training, PREFERENCE),
                Collections.nCopies(validation, PREFERENCE),
                Cuts.NONE,
                Cuts.NONE);
    }
}

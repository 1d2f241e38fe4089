package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A policy that never gives a token: the hinge's loss of a rejected answer with it is 0, but its reward is minus infinity. */
class NonFiniteAnswerTest {

    private static final LossOptions HINGE = LossOptions.of(List.of(LossType.HINGE));
    private static final int NEVER = TinyLlama.UNTIED.vocabSize() - 1;
    private static final TokenizedPreference HARMLESS =
            new TokenizedPreference(1, new int[] {1, 2}, new int[] {3}, List.of(new int[] {4, 5}));
    private static final TokenizedPreference WITH_NEVER =
            new TokenizedPreference(2, new int[] {6}, new int[] {7, 8}, List.of(new int[] {9}, new int[] {NEVER}));

    @Test
    void isToldWithItsRowInTraining() {
        TokenizedData data = new TokenizedData(List.of(HARMLESS, WITH_NEVER), List.of(), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(HINGE).build(), data);
                LlamaWeights sound = TinyLlama.weights(TinyLlama.UNTIED, 33)) {
            neverGive(run.weights);
            LlamaModel reference = new LlamaModel(sound, null, run.compute);

            assertThatThrownBy(() -> run.run(reference))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith(
                            "The reward of rejected answer 2 of step 1 is not finite (-Infinity at row 2;");
            assertThat(run.listener.reports).isEmpty();
        }
    }

    @Test
    void isToldWithItsRowInAnEvaluation() {
        TokenizedData data = new TokenizedData(List.of(HARMLESS), List.of(WITH_NEVER), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(HINGE).build(), data);
                LlamaWeights sound = TinyLlama.weights(TinyLlama.UNTIED, 33)) {
            neverGive(run.weights);
            LlamaModel reference = new LlamaModel(sound, null, run.compute);

            assertThatThrownBy(() -> run.run(reference))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith(
                            "The validation reward of rejected answer 2 after step 0 is not finite (-Infinity at row 2 of");
        }
    }

    @Test
    void isToldWithItsNumberInACall() {
        TokenizedData data = new TokenizedData(List.of(HARMLESS), List.of(), Cuts.NONE, Cuts.NONE);
        try (TinyRun run = new TinyRun(TinyRun.hyperparameters().loss(HINGE).build(), data);
                LlamaWeights sound = TinyLlama.weights(TinyLlama.UNTIED, 33)) {
            neverGive(run.weights);
            PreferenceScoring scoring = new PreferenceScoring(
                    run.policy, new LlamaModel(sound, null, run.compute), HINGE.loss(0.1), 1L << 30);

            assertThatThrownBy(() -> scoring.score(List.of(HARMLESS, WITH_NEVER), false, () -> {}))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith("The reward of rejected answer 2 of preference 2 is not a finite number");
        }
    }

    /** Every hidden state has a first number over 0, which gives the token a logit of minus infinity. */
    private static void neverGive(LlamaWeights weights) {
        int hidden = TinyLlama.UNTIED.hiddenSize();
        MemorySegment embedding = weights.tensor("model.embed_tokens.weight");
        for (long token = 0; token < TinyLlama.UNTIED.vocabSize(); token++) {
            embedding.setAtIndex(ValueLayout.JAVA_FLOAT, token * hidden, 100);
        }
        MemorySegment output = weights.tensor("lm_head.weight");
        for (long i = 0; i < hidden; i++) {
            output.setAtIndex(ValueLayout.JAVA_FLOAT, (long) NEVER * hidden + i, 0);
        }
        output.setAtIndex(ValueLayout.JAVA_FLOAT, (long) NEVER * hidden, Float.NEGATIVE_INFINITY);
    }
}

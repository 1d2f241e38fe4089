package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.llama.TinyLlama;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** TR-DPO: a reference that takes a share of the policy every few steps. */
class MovingReferenceTest {

    private static final TokenizedData DATA =
            new TokenizedData(TinyRun.preferences(8), TinyRun.preferences(10).subList(8, 10), Cuts.NONE, Cuts.NONE);

    @Test
    void aReferenceThatBecomesThePolicyAfterEachStepLeavesEveryMarginExactlyZero() {
        try (TinyRun run = new TinyRun(moving(1, 1), DATA)) {
            Map<String, float[]> before = run.trained();

            run.run();

            assertThat(run.listener.reports).hasSize(4).allSatisfy(report -> {
                assertThat(report.metrics().rewardsMargins()).isZero();
                assertThat(report.metrics().loss()).isEqualTo(Math.log(2));
            });
            assertThat(run.listener.validations)
                    .allSatisfy(validation -> assertThat(validation.loss()).isEqualTo(Math.log(2)));
            assertThat(run.trained().get("model.norm.weight")).isNotEqualTo(before.get("model.norm.weight"));
        }
    }

    @Test
    void untilItMovesItIsTheReferenceThatStays() {
        try (TinyRun moves = new TinyRun(moving(0.6, 3), DATA);
                TinyRun stays = new TinyRun(steps().build(), DATA)) {
            moves.run();
            stays.run();

            // A reference that stays is summed up before the first step, one that moves beside each: to the same bits.
            for (int step = 0; step < 3; step++) {
                assertThat(metrics(moves, step)).isEqualTo(metrics(stays, step));
            }
            assertThat(metrics(moves, 3)).isNotEqualTo(metrics(stays, 3));
        }
    }

    @Test
    void itTakesItsShareOfThePolicyAsItIsAfterTheStep() {
        try (TinyRun run = new TinyRun(moving(0.25, 2), DATA)) {
            Map<String, float[]> first = run.trained();
            List<TinyRun.Saved> saved = savedBy(run);

            run.run();

            assertThat(saved).hasSize(4);
            first.forEach((name, start) -> {
                float[] second = weights(saved.get(1), name);
                float[] fourth = weights(saved.get(3), name);
                float[] once = mixed(start, second);
                assertThat(reference(saved.get(0), name)).isEqualTo(start);
                assertThat(reference(saved.get(1), name)).isEqualTo(once);
                assertThat(reference(saved.get(2), name)).isEqualTo(once);
                assertThat(reference(saved.get(3), name)).isEqualTo(mixed(once, fourth));
            });
        }
    }

    @Test
    void aRunThatIsResumedHasTheReferenceThatItHad() {
        for (int stop = 1; stop < 4; stop++) {
            try (TinyRun whole = new TinyRun(moving(0.6, 2), DATA);
                    TinyRun stopped = new TinyRun(moving(0.6, 2), DATA);
                    TinyRun resumed = new TinyRun(moving(0.6, 2), DATA)) {
                whole.run();
                List<TinyRun.Saved> saved = savedBy(stopped);
                stopped.listener.stopAfter = stop;
                assertThat(stopped.run().completed()).isFalse();

                assertThat(resumed.resumeFrom(saved.getLast()).run().completed())
                        .isTrue();

                whole.trained()
                        .forEach((name, values) ->
                                assertThat(resumed.trained().get(name)).as(name).isEqualTo(values));
            }
        }
    }

    @Test
    void anAdaptersReferenceIsItsBaseAndStays() {
        assertThatThrownBy(() -> new TinyRun(
                        steps().referenceSync(0.6, 2).lora(TinyLlama.LORA).build(), DATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all weights");
    }

    private static Hyperparameters moving(double mixupAlpha, int steps) {
        return steps().referenceSync(mixupAlpha, steps).build();
    }

    private static TinyRun.Builder steps() {
        return TinyRun.hyperparameters().maxSteps(4).saveSteps(1);
    }

    private static PreferenceMetrics metrics(TinyRun run, int step) {
        return run.listener.reports.get(step).metrics();
    }

    private static List<TinyRun.Saved> savedBy(TinyRun run) {
        List<TinyRun.Saved> saved = new ArrayList<>();
        run.listener.onCheckpoint = snapshot -> saved.add(TinyRun.Saved.of(snapshot));
        return saved;
    }

    private static float[] weights(TinyRun.Saved saved, String name) {
        return Objects.requireNonNull(saved.weights().get(name), name);
    }

    private static float[] reference(TinyRun.Saved saved, String name) {
        return Objects.requireNonNull(saved.optimizer().get("reference." + name), name);
    }

    /** Three quarters of one and a quarter of the other: both exact in float32. */
    private static float[] mixed(float[] reference, float[] policy) {
        float[] mixed = new float[reference.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = 0.75f * reference[i] + 0.25f * policy[i];
        }
        return mixed;
    }
}

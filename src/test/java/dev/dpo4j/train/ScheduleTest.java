package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which preference is seen when. */
class ScheduleTest {

    @Test
    void anEpochsOrderIsTorchsPermutation() {
        assertThat(EpochOrder.of(10, true, 42, 0)).containsExactly(2, 6, 1, 8, 4, 5, 0, 9, 3, 7);
        assertThat(EpochOrder.of(10, true, 42, 1)).containsExactly(8, 4, 9, 0, 5, 1, 6, 7, 2, 3);
        assertThat(EpochOrder.of(10, false, 42, 1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(EpochOrder.of(1, true, 42, 0)).containsExactly(0);
    }

    @Test
    void theLastMicroStepTakesWhatIsLeftAndTheLastStepTheMicroStepsThatAreLeft() {
        Schedule schedule = schedule(11, 2, 4, 2, null, false); // micro-steps of 2, 2, 2, 2 | 2, 1

        assertThat(schedule.stepsPerEpoch()).isEqualTo(2);
        assertThat(schedule.totalSteps()).isEqualTo(4);
        assertThat(schedule.microSteps(0)).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5), List.of(6, 7));
        assertThat(schedule.microSteps(1)).containsExactly(List.of(8, 9), List.of(10));
        assertThat(schedule.microSteps(2)).isEqualTo(schedule.microSteps(0));
        assertThat(schedule.microSteps(3)).isEqualTo(schedule.microSteps(1));
        assertThat(schedule.epoch(3)).isEqualTo(1.5);
    }

    @Test
    void everyEpochIsAPermutationOfItsOwn() {
        Schedule schedule = schedule(10, 3, 1, 2, null, true); // 4 steps an epoch

        assertThat(flat(schedule, 0, 4)).containsExactly(2, 6, 1, 8, 4, 5, 0, 9, 3, 7);
        assertThat(flat(schedule, 4, 8)).containsExactly(8, 4, 9, 0, 5, 1, 6, 7, 2, 3);
    }

    @Test
    void theOrderHasASeedOfItsOwnWhereOneIsGiven() {
        TinyRun.Builder hyperparameters =
                TinyRun.hyperparameters().batches(3, 1).shuffle(true);
        assertThat(flat(new Schedule(10, hyperparameters.build()), 0, 4)).containsExactly(2, 6, 1, 8, 4, 5, 0, 9, 3, 7);

        assertThat(flat(new Schedule(10, hyperparameters.dataSeed(43).build()), 0, 4))
                .as("the order of seed 42 in its second epoch")
                .containsExactly(8, 4, 9, 0, 5, 1, 6, 7, 2, 3);
    }

    @Test
    void maxStepsEndsWithinAnEpochOrGoesOnBeyondThem() {
        assertThat(schedule(10, 4, 1, 1, 2, false).totalSteps()).isEqualTo(2);

        Schedule longer = schedule(10, 4, 1, 1, 8, true);
        assertThat(longer.totalSteps()).isEqualTo(8);
        assertThat(longer.microSteps(3)).containsExactly(List.of(8, 4, 9, 0));
        assertThat(flat(longer, 6, 8)).hasSize(8);
    }

    @Test
    void aBatchLargerThanTheDataIsAllOfIt() {
        Schedule schedule = schedule(3, 8, 2, 3, null, false);

        assertThat(schedule.stepsPerEpoch()).isEqualTo(1);
        assertThat(schedule.totalSteps()).isEqualTo(3);
        assertThat(schedule.microSteps(2)).containsExactly(List.of(0, 1, 2));
    }

    @Test
    void anEpochsOrderIsComputedOnceHoweverManyStepsItHas() {
        List<Integer> asked = new ArrayList<>();
        Schedule schedule = new Schedule(
                10, TinyRun.hyperparameters().batches(2, 1).epochs(3).build(), epoch -> {
                    asked.add(epoch);
                    return EpochOrder.of(10, true, 42, epoch);
                });

        assertThat(flat(schedule, 0, 15)).hasSize(30);

        assertThat(asked).containsExactly(0, 1, 2);
    }

    private static List<Integer> flat(Schedule schedule, int from, int to) {
        List<Integer> flat = new ArrayList<>();
        for (int step = from; step < to; step++) {
            schedule.microSteps(step).forEach(flat::addAll);
        }
        return flat;
    }

    private static Schedule schedule(
            int preferences, int batch, int accumulation, int epochs, @Nullable Integer maxSteps, boolean shuffle) {
        return new Schedule(
                preferences,
                TinyRun.hyperparameters()
                        .batches(batch, accumulation)
                        .epochs(epochs)
                        .maxSteps(maxSteps)
                        .shuffle(shuffle)
                        .build());
    }
}

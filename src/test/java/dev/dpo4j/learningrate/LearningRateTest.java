package dev.dpo4j.learningrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class LearningRateTest {

    private static final JsonNode GOLDEN = Golden.read("schedules.json");

    static IntStream cases() {
        return IntStream.range(0, GOLDEN.size());
    }

    /**
     * What src/test/python/schedules.py got from transformers: to the last bit where no options are given, else within two units
     * of the last place, since C's cos and pow are not quite Java's.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void isTransformersRateOfEveryStep(int index) {
        JsonNode golden = GOLDEN.get(index);
        int steps = golden.get("total_steps").intValue();
        double peak = golden.get("peak").doubleValue();
        LearningRate rate = new LearningRate(
                peak,
                LrSchedulerType.valueOf(golden.get("type").stringValue().toUpperCase(Locale.ROOT))
                        .with(kwargs(golden.get("kwargs")), peak),
                new RunSteps(golden.get("warmup_steps").intValue(), steps));
        assertThat(golden.get("rates").size()).isEqualTo(steps);
        for (int step = 0; step < steps; step++) {
            double expected = golden.get("rates").get(step).doubleValue();
            assertThat(rate.at(step))
                    .as("%s, step %d", golden, step)
                    .isCloseTo(expected, within(golden.get("kwargs").isEmpty() ? 0 : 2 * Math.ulp(expected)));
        }
    }

    /** {@code TrainingArguments(warmup_steps=ratio).get_warmup_steps(total)} of transformers 5.23. */
    @ParameterizedTest
    @CsvSource({"10,0.1,1", "11,0.1,2", "30,0.1,3", "100,0.07,8", "7,0.999,7", "3,1,3", "7,0,0"})
    void aRatioOfWarmupIsRoundedUpToWholeSteps(int totalSteps, double ratio, int warmupSteps) {
        LearningRate rate = LearningRate.of(1, LrSchedulerType.LINEAR, LrSchedulerKwargs.NONE, 0, ratio, totalSteps);
        assertThat(rate.run()).isEqualTo(new RunSteps(warmupSteps, totalSteps));
    }

    static List<RateSchedule> schedules() {
        return List.of(
                new ConstantRate(),
                new LinearRate(),
                new CosineRate(0.5),
                new CosineRate(2.5),
                new CosineRestartsRate(1),
                new CosineMinimumRate(0.5, 1, 0.2, null),
                new PolynomialRate(1, 0.1, 2),
                new PolynomialRate(1, 0, 0.5),
                new InverseSqrtRate(null),
                new InverseSqrtRate(50),
                new WarmupStableDecayRate(RateCurve.LINEAR, null, 3000, RateCurve.COSINE, 0, 0.5),
                new WarmupStableDecayRate(RateCurve.COSINE, 2000, 4000, RateCurve.LINEAR, 0.25, 0.5),
                new WarmupStableDecayRate(RateCurve.ONE_MINUS_SQRT, 1000, 5000, RateCurve.ONE_MINUS_SQRT, 0, 0.5));
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void risesToThePeakAndNeverLeaps(RateSchedule schedule) {
        int warmup = 1000;
        int total = 10_000;
        LearningRate rate = new LearningRate(1, schedule, new RunSteps(warmup, total));
        double least = schedule instanceof WarmupStableDecayRate decay ? decay.minLrRatio() : 0;
        assertThat(rate.at(0)).isEqualTo(least);
        assertThat(rate.at(warmup)).isEqualTo(1);
        for (int step = 1; step < total; step++) {
            assertThat(rate.at(step)).as("step %d", step).isBetween(0.0, 1.0);
            // the steepest place is the root's, at the end of 1-sqrt's rise: the root of a thousandth
            assertThat(Math.abs(rate.at(step) - rate.at(step - 1)))
                    .as("step %d", step)
                    .isLessThanOrEqualTo(Math.sqrt(1.0 / warmup) + 1e-12);
            if (step <= warmup) {
                assertThat(rate.at(step)).as("step %d", step).isGreaterThan(rate.at(step - 1));
            }
        }
    }

    @Test
    void restartsAtThePeakAsOftenAsItIsTold() {
        LearningRate rate = new LearningRate(1, new CosineRestartsRate(4), new RunSteps(100, 500));
        List<Integer> leaps = IntStream.range(101, 500)
                .filter(step -> rate.at(step) > rate.at(step - 1))
                .boxed()
                .toList();
        assertThat(leaps).containsExactly(200, 300, 400);
        assertThat(leaps).allSatisfy(step -> assertThat(rate.at(step)).isEqualTo(1));
    }

    @Test
    void aMinimumIsWhereTheCosineComesDownTo() {
        int total = 1000;
        LearningRate rate =
                new LearningRate(3e-4, new CosineMinimumRate(0.5, 3e-4, 1e-4, null), new RunSteps(0, total));
        assertThat(rate.at(total - 1)).isBetween(1e-4, 1e-4 + 1e-8);
    }

    private static LrSchedulerKwargs kwargs(JsonNode node) {
        Map<String, Object> byName = new HashMap<>();
        node.properties().forEach(option -> {
            JsonNode value = option.getValue();
            byName.put(option.getKey(), value.isNumber() ? value.numberValue() : value.stringValue());
        });
        return new LrSchedulerKwargs(byName);
    }
}

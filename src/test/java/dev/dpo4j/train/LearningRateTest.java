package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every rate of every schedule, to the last bit: what src/test/python/schedules.py got from transformers. */
class LearningRateTest {

    private static final JsonNode GOLDEN = Goldens.read("schedules.json");

    static IntStream cases() {
        return IntStream.range(0, GOLDEN.size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isTransformersRateOfEveryStep(int index) {
        JsonNode golden = GOLDEN.get(index);
        int steps = golden.get("total_steps").intValue();
        LearningRate rate = new LearningRate(
                golden.get("peak").doubleValue(),
                LrSchedulerType.valueOf(golden.get("type").stringValue().toUpperCase(Locale.ROOT)),
                golden.get("warmup_steps").intValue(),
                steps);
        assertThat(golden.get("rates").size()).isEqualTo(steps);
        for (int step = 0; step < steps; step++) {
            assertThat(rate.at(step))
                    .as("%s, step %d", golden, step)
                    .isEqualTo(golden.get("rates").get(step).doubleValue());
        }
    }
}

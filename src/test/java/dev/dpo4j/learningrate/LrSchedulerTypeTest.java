package dev.dpo4j.learningrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LrSchedulerTypeTest {

    private static final double PEAK = 1e-6;

    static Stream<Arguments> completions() {
        return Stream.of(
                arguments(LrSchedulerType.CONSTANT, Map.of(), Map.of()),
                arguments(LrSchedulerType.CONSTANT_WITH_WARMUP, Map.of(), Map.of()),
                arguments(LrSchedulerType.LINEAR, Map.of(), Map.of()),
                arguments(LrSchedulerType.COSINE, Map.of(), Map.of("num_cycles", 0.5)),
                arguments(LrSchedulerType.COSINE, Map.of("num_cycles", 2), Map.of("num_cycles", 2.0)),
                arguments(LrSchedulerType.COSINE_WITH_RESTARTS, Map.of(), Map.of("num_cycles", 1.0)),
                arguments(
                        LrSchedulerType.COSINE_WITH_MIN_LR,
                        Map.of("min_lr", 1e-7),
                        Map.of("min_lr", 1e-7, "num_cycles", 0.5)),
                arguments(
                        LrSchedulerType.COSINE_WITH_MIN_LR,
                        Map.of("min_lr_rate", 0.1, "num_cycles", 1.5),
                        Map.of("min_lr_rate", 0.1, "num_cycles", 1.5)),
                arguments(LrSchedulerType.POLYNOMIAL, Map.of(), Map.of("lr_end", 1e-7, "power", 1.0)),
                arguments(LrSchedulerType.INVERSE_SQRT, Map.of(), Map.of()),
                arguments(LrSchedulerType.INVERSE_SQRT, Map.of("timescale", 9), Map.of("timescale", 9)),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 7),
                        Map.of(
                                "num_decay_steps",
                                7,
                                "warmup_type",
                                "linear",
                                "decay_type",
                                "cosine",
                                "min_lr_ratio",
                                0.0,
                                "num_cycles",
                                0.5)),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 7, "num_stable_steps", 3, "decay_type", "1-sqrt"),
                        Map.of(
                                "num_decay_steps",
                                7,
                                "num_stable_steps",
                                3,
                                "warmup_type",
                                "linear",
                                "decay_type",
                                "1-sqrt",
                                "min_lr_ratio",
                                0.0)));
    }

    @ParameterizedTest
    @MethodSource("completions")
    void gapsTakeTheSchedulesDefaults(LrSchedulerType type, Map<String, Object> given, Map<String, Object> complete) {
        LrSchedulerKwargs kwargs = type.complete(new LrSchedulerKwargs(given), PEAK);
        assertThat(kwargs.byName()).isEqualTo(complete);
        assertThat(type.complete(kwargs, PEAK)).as("completed again").isEqualTo(kwargs);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments(LrSchedulerType.LINEAR, Map.of("num_cycles", 1), "num_cycles has no effect on linear"),
                arguments(LrSchedulerType.COSINE, Map.of("num_cycles", 0), "num_cycles must be a positive number"),
                arguments(LrSchedulerType.COSINE, Map.of("num_cycles", 1, "power", 1), "power has no effect on cosine"),
                arguments(
                        LrSchedulerType.COSINE_WITH_RESTARTS, Map.of("num_cycles", 1.5), "num_cycles must be a whole"),
                arguments(LrSchedulerType.COSINE_WITH_RESTARTS, Map.of("num_cycles", 0), "num_cycles must be a whole"),
                arguments(LrSchedulerType.COSINE_WITH_MIN_LR, Map.of(), "min_lr or min_lr_rate is required"),
                arguments(
                        LrSchedulerType.COSINE_WITH_MIN_LR,
                        Map.of("min_lr", 0, "min_lr_rate", 0),
                        "min_lr_rate says the same as min_lr"),
                arguments(
                        LrSchedulerType.COSINE_WITH_MIN_LR,
                        Map.of("min_lr", 2e-6),
                        "min_lr must be from 0 to the learning rate, 1.0E-6, not 2.0E-6"),
                arguments(LrSchedulerType.COSINE_WITH_MIN_LR, Map.of("min_lr_rate", 1.1), "min_lr_rate must be from 0"),
                arguments(LrSchedulerType.POLYNOMIAL, Map.of("lr_end", PEAK), "lr_end must be from 0 to below"),
                arguments(LrSchedulerType.POLYNOMIAL, Map.of("lr_end", -1e-9), "lr_end must be from 0 to below"),
                arguments(LrSchedulerType.POLYNOMIAL, Map.of("power", 0), "power must be a positive number"),
                arguments(LrSchedulerType.INVERSE_SQRT, Map.of("timescale", 0), "timescale must be at least 1"),
                arguments(LrSchedulerType.WARMUP_STABLE_DECAY, Map.of(), "num_decay_steps is required"),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 0),
                        "num_decay_steps must be at least 1"),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 1, "num_stable_steps", -1),
                        "num_stable_steps must be at least 0"),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 1, "min_lr_ratio", 1.5),
                        "min_lr_ratio must be from 0 to 1"),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 1, "warmup_type", "sine"),
                        "warmup_type must be one of linear, cosine, 1-sqrt, not \"sine\""),
                arguments(
                        LrSchedulerType.WARMUP_STABLE_DECAY,
                        Map.of("num_decay_steps", 1, "decay_type", "linear", "num_cycles", 1),
                        "num_cycles has no effect"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void anOptionThatCannotBeIsNamed(LrSchedulerType type, Map<String, Object> given, String message) {
        assertThatExceptionOfType(InvalidScheduleException.class)
                .isThrownBy(() -> type.complete(new LrSchedulerKwargs(given), PEAK))
                .withMessageStartingWith(message)
                .satisfies(e -> assertThat(message).startsWith(e.option()));
    }
}

package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonFiniteFigureTest {

    private static final double INFINITE = Double.NEGATIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 0, ",
        "NaN, 0, 0, 0, 0, loss against rejected answer 1",
        "0, Infinity, 0, 0, 0, reward of the chosen answer",
        "0, 0, -Infinity, 0, 0, reward of rejected answer 1",
        "0, 0, 0, NaN, 0, slope by the chosen answer",
        "0, 0, 0, 0, Infinity, slope by rejected answer 1"
    })
    void isTheFirstOfAPair(
            double loss,
            double chosen,
            double rejected,
            double slopeChosen,
            double slopeRejected,
            @Nullable String name) {
        PairLoss pair = new PairLoss(loss, 0, chosen, rejected, slopeChosen, slopeRejected, 0, 0);
        PreferenceLosses losses = new PreferenceLosses(0, List.of(pair), new double[2]);

        assertThat(NonFiniteFigure.of(losses).map(NonFiniteFigure::name).orElse(null))
                .isEqualTo(name);
    }

    @Test
    void isTheFirstOfALabelledAnswer() {
        LabelledAnswer answer = new LabelledAnswer(true, INFINITE, 0);
        LabelledAnswer mismatched = new LabelledAnswer(true, 1, INFINITE);

        assertThat(NonFiniteFigure.of(new PreferenceLosses(0, List.of(), new double[1], answer)))
                .hasValue(new NonFiniteFigure("reward", INFINITE));
        assertThat(NonFiniteFigure.of(new PreferenceLosses(0, List.of(), new double[1], mismatched)))
                .hasValue(new NonFiniteFigure("kl", INFINITE));
        assertThat(NonFiniteFigure.of(new PreferenceLosses(0, List.of(), new double[] {INFINITE}, answer)))
                .hasValue(new NonFiniteFigure("reward", INFINITE));
        assertThat(NonFiniteFigure.of(
                        new PreferenceLosses(0, List.of(), new double[] {INFINITE}, new LabelledAnswer(true, 1, 0))))
                .hasValue(new NonFiniteFigure("slope", INFINITE));
    }
}

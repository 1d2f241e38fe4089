package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {

    /** {@code math.ceil(max_steps * eval_steps)} of transformers, and sklearn's of a {@code test_size}. */
    @ParameterizedTest
    @CsvSource({"0.25, 10, 3", "0.5, 10, 5", "0.001, 10, 1", "0.07, 100, 8", "1, 10, 1", "3, 10, 3", "30, 10, 30"})
    void aShareIsRoundedUpAndANumberIsItself(double value, int all, int amount) {
        assertThat(new Amount(value).of(all)).isEqualTo(amount);
    }

    @ParameterizedTest
    @CsvSource({"0.25, 0.25", "3.0, 3"})
    void itIsWrittenAsItWasMeant(double value, String written) {
        assertThat(new Amount(value)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, -1, 1.5, 3e9, Double.NaN, Double.POSITIVE_INFINITY})
    void nothingElseIsAnAmount(double value) {
        assertThat(Amount.valid(value)).isFalse();
        assertThatThrownBy(() -> new Amount(value)).isInstanceOf(IllegalArgumentException.class);
    }
}

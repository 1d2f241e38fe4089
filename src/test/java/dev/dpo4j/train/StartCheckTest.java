package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far a policy and its reference, which are one, may be apart. */
class StartCheckTest {

    /** With beta 0.1 a margin of 1e-4 is 1e-3 nats; each answer may have a tenth of that, and what rounding explains. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            0.1,    1,    -0.01, 1.15e-4
            0.1,   10,      -30, 1.63e-4
            0.1,  500,    -1000, 9.18e-4
            0.1, 1000,     -100, 6.3e-4
            10,     1,    -0.01, 2.03e-5
            100,    1,    -0.01, 1.58e-5
            100,  500,    -1000, 8.19e-4
            """)
    void whatRoundingExplainsIsLetPassAndNothingElse(double beta, int tokens, double sum, double apart) {
        StartCheck check = new StartCheck(true, true, beta);
        PreferenceBatch batch = PreferenceBatch.of(
                List.of(new TokenizedPreference(3, new int[] {1}, new int[tokens], List.of(new int[] {2}))));
        double[][] policy = {{sum, -1}};
        assertThatCode(() -> check.require("training", batch, policy, new double[][] {{sum + 0.9 * apart, -1}}))
                .doesNotThrowAnyException();
        for (double off : new double[] {apart, -apart}) {
            assertThatThrownBy(() -> check.require("training", batch, policy, new double[][] {{sum + 1.1 * off, -1}}))
                    .isInstanceOf(SelfCheckException.class)
                    .hasMessageContaining("the chosen answer of row 3 of the training data");
        }
    }
}

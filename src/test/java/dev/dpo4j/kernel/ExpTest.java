package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpTest {

    private static final double TOLERANCE = 1.2e-7;

    @Test
    void agreesWithMathExpBetweenItsLimits() {
        double worst = 0;
        for (double x = -87; x <= 88; x += 1.37e-4) {
            double expected = Math.exp((float) x);
            worst = Math.max(worst, Math.abs(Exp.exp((float) x) - expected) / expected);
        }
        assertThat(worst).isLessThan(TOLERANCE);
    }

    @Test
    void agreesWithMathExpNearZero() {
        double worst = 0;
        for (float x = 1e-30f; x < 1; x *= 1.01f) {
            worst = Math.max(worst, Math.abs(Exp.exp(x) / Math.exp(x) - 1));
            worst = Math.max(worst, Math.abs(Exp.exp(-x) / Math.exp(-x) - 1));
        }
        assertThat(worst).isLessThan(TOLERANCE);
    }

    @Test
    void isExactAtZeroAndBeyondTheLimits() {
        assertThat(Exp.exp(0f)).isEqualTo(1f);
        assertThat(Exp.exp(-0f)).isEqualTo(1f);
        assertThat(Exp.exp(-87f)).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
        assertThat(Exp.exp(Math.nextDown(-87f))).isEqualTo(0f);
        assertThat(Exp.exp(-1e30f)).isEqualTo(0f);
        assertThat(Exp.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(Exp.exp(88f)).isFinite();
        assertThat(Exp.exp(Math.nextUp(88f))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Exp.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void nanStaysNan() {
        assertThat(Exp.exp(Float.NaN)).isNaN();
        assertThat(Exp.sigmoid(Float.NaN)).isNaN();
    }

    @Test
    void sigmoidGoesFromZeroToOne() {
        assertThat(Exp.sigmoid(0f)).isEqualTo(0.5f);
        assertThat(Exp.sigmoid(-200f)).isEqualTo(0f);
        assertThat(Exp.sigmoid(200f)).isEqualTo(1f);
    }
}

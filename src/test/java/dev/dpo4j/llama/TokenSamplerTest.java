package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sampling on a distribution made by hand: probabilities 1/8, 1/2, 1/8 and 1/4 of tokens 0 to 3. */
class TokenSamplerTest {

    private static final float[] LOGITS = logits(0.125, 0.5, 0.125, 0.25);
    private static final int DRAWS = 20_000;

    @Test
    void temperatureZeroTakesTheLikeliestTokenAndTheFirstOfEquals() {
        TokenSampler sampler = new TokenSampler(Greedy.sampling(1, Set.of()));

        assertThat(sampler.next(LOGITS)).isEqualTo(1);
        assertThat(sampler.next(new float[] {-3, 2, 2, 1})).isEqualTo(1);
        assertThat(sampler.next(new float[] {-2, -2})).isZero();
    }

    @Test
    void atTemperatureOneTokensComeAsOftenAsTheirProbabilitiesSay() {
        assertShares(sampler(1, 1), 0.125, 0.5, 0.125, 0.25);
    }

    @Test
    void temperatureOneHalfSquaresTheProbabilities() {
        // 1/64 + 16/64 + 1/64 + 4/64 = 22/64
        assertShares(sampler(0.5, 1), 1 / 22.0, 16 / 22.0, 1 / 22.0, 4 / 22.0);
    }

    @Test
    void topPKeepsTheFewestTokensThatReachItAndTheFirstOfEquals() {
        assertShares(sampler(1, 0.75), 0, 2 / 3.0, 0, 1 / 3.0); // 1/2 + 1/4 is just enough
        assertShares(sampler(1, 0.8), 1 / 7.0, 4 / 7.0, 0, 2 / 7.0); // of tokens 0 and 2 the first
        assertShares(sampler(1, 0.5), 0, 1, 0, 0);
        assertShares(sampler(1, 0), 0, 1, 0, 0); // never fewer than one
    }

    @Test
    void topPIsTakenAfterTemperature() {
        // squared, token 1 alone has 16/22 = 0.727 of the probability
        assertShares(sampler(0.5, 0.7), 0, 1, 0, 0);
        assertShares(sampler(1, 0.7), 0, 2 / 3.0, 0, 1 / 3.0);
    }

    @Test
    void orderDoesNotDependOnTheSignOfLogits() {
        float[] shifted = LOGITS.clone();
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] += 1.5f; // some logits above zero, some below
        }
        TokenSampler sampler = sampler(1, 0.75);
        TokenSampler other = sampler(1, 0.75);

        assertThat(IntStream.range(0, 1000).map(i -> sampler.next(shifted)))
                .containsExactly(IntStream.range(0, 1000)
                        .map(i -> other.next(LOGITS))
                        .boxed()
                        .toArray(Integer[]::new));
    }

    @Test
    void tinyTemperaturesAndHugeLogitsDoNotOverflow() {
        assertThat(sampler(1e-300, 1).next(new float[] {3e38f, -3e38f, 0})).isZero();
        assertThat(sampler(1e-300, 0.9).next(new float[] {-3e38f, 3e38f, 0})).isEqualTo(1);
    }

    @Test
    void theNumberDrawnIsJavasRandomOfThatSeed() {
        // shares in token order: [0, 1/8), [1/8, 5/8), [5/8, 6/8), [6/8, 1)
        Random random = new Random(42);
        TokenSampler sampler = sampler(1, 1);
        for (int i = 0; i < 100; i++) {
            double number = random.nextDouble();
            int expected = number < 0.125 ? 0 : number < 0.625 ? 1 : number < 0.75 ? 2 : 3;
            assertThat(sampler.next(LOGITS)).as("for %s", number).isEqualTo(expected);
        }
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> new Sampling(0, 1, 1, 0, Set.of())).hasMessageContaining("max_tokens");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 0, Set.of())).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, Double.NaN, 1, 0, Set.of())).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, 1, -0.1, 0, Set.of())).hasMessageContaining("top_p");
        assertThatThrownBy(() -> new Sampling(1, 1, 1.1, 0, Set.of())).hasMessageContaining("top_p");
    }

    private static TokenSampler sampler(double temperature, double topP) {
        return new TokenSampler(new Sampling(1, temperature, topP, 42, Set.of()));
    }

    private static void assertShares(TokenSampler sampler, double... expected) {
        int[] counts = new int[expected.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.next(LOGITS)]++;
        }
        for (int token = 0; token < expected.length; token++) {
            // five standard deviations of a share of so many draws; the seed is fixed
            double deviation = Math.sqrt(expected[token] * (1 - expected[token]) / DRAWS);
            assertThat(counts[token] / (double) DRAWS)
                    .as("share of token %d in %s", token, Arrays.toString(counts))
                    .isCloseTo(expected[token], within(5 * deviation));
        }
    }

    private static float[] logits(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }
}

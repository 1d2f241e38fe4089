package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.dataset.TokenizedPreference;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReferenceLogProbsTest {

    @Test
    void keepsEveryBitOfEverySum() {
        List<TokenizedPreference> preferences = TinyRun.preferences(200); // with one or two rejected answers
        Random random = new Random(3);
        try (Arena arena = Arena.ofConfined()) {
            ReferenceLogProbs logProbs = new ReferenceLogProbs("reference", preferences, Summed.ANSWERS, arena);
            double[][] sums = new double[preferences.size()][];
            for (int p = 0; p < sums.length; p++) {
                sums[p] = random.doubles(1 + preferences.get(p).rejected().size())
                        .map(x -> -Math.exp(30 * x - 15)) // from a certain answer to an absurd one
                        .toArray();
                logProbs.set(p, sums[p]);
            }
            for (int p = 0; p < sums.length; p++) {
                assertThat(logProbs.get(p)).containsExactly(sums[p]);
            }
            assertThat(logProbs.tensor().shape())
                    .containsExactly(logProbs.tensor().size() / 3, 3);
        }
    }
}

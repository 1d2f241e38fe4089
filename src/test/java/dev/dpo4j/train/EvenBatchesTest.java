package dev.dpo4j.train;

import static dev.dpo4j.train.PreferenceBatchTest.EXAMPLE;
import static dev.dpo4j.train.PreferenceBatchTest.TWO_REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvenBatchesTest {

    @Test
    void aCutKeepsTheOrderAndGivesALargePreferenceABatchOfItsOwn() {
        List<TokenizedPreference> rows = List.of(EXAMPLE, EXAMPLE, TWO_REJECTED, EXAMPLE); // 3, 3, 6 and 3 rows

        assertThat(sizes(EvenBatches.of(rows, 6))).containsExactly(2, 1, 1);
        assertThat(sizes(EvenBatches.of(rows, 9))).containsExactly(2, 2);
        assertThat(sizes(EvenBatches.of(rows, 12))).as("not 12 and 3 rows").containsExactly(2, 2);
        assertThat(sizes(EvenBatches.of(rows, 100))).containsExactly(4);
        assertThat(sizes(EvenBatches.of(rows, 1))).containsExactly(1, 1, 1, 1);
        assertThat(EvenBatches.of(rows, 6).stream().flatMap(b -> b.preferences().stream()))
                .containsExactlyElementsOf(rows);
        assertThat(EvenBatches.of(List.of(), 6)).isEmpty();
    }

    private static List<Integer> sizes(List<PreferenceBatch> batches) {
        return batches.stream().map(batch -> batch.preferences().size()).toList();
    }
}

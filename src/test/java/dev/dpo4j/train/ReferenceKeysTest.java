package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceKeysTest {

    private static final ReferenceKeys KEYS = new ReferenceKeys("model", "machine");

    @Test
    void theSameTokensUnderTheSameModelHaveTheSameKey() {
        String key = new ReferenceKeys("model", "machine").of(new int[] {1, 2}, new int[] {3});
        assertThat(KEYS.of(new int[] {1, 2}, new int[] {3})).isEqualTo(key).hasSize(64);
    }

    @Test
    void whateverDecidesTheNumberDecidesTheKey() {
        List<String> keys = List.of(
                KEYS.of(new int[] {1, 2}, new int[] {3}),
                KEYS.of(new int[] {1, 4}, new int[] {3}),
                KEYS.of(new int[] {1, 2}, new int[] {4}),
                KEYS.of(new int[] {1}, new int[] {2, 3}),
                KEYS.of(new int[] {1, 2}, new int[] {3, 3}),
                KEYS.of(new int[] {2, 1}, new int[] {3}),
                new ReferenceKeys("another model", "machine").of(new int[] {1, 2}, new int[] {3}),
                new ReferenceKeys("model", "another machine").of(new int[] {1, 2}, new int[] {3}),
                new ReferenceKeys("modelm", "achine").of(new int[] {1, 2}, new int[] {3}));
        assertThat(keys).doesNotHaveDuplicates();
    }
}

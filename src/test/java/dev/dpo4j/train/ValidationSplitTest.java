package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** With seed 42, {@code torch.randperm} puts 0 to 9 in the order 2 6 1 8 4 5 0 9 3 7. */
class ValidationSplitTest {

    private static final int[] TEN_PROMPTS = IntStream.range(0, 10).toArray();

    @Test
    void aNumberOfRowsIsHeldOutInTheSeedsOrder() {
        assertThat(ValidationSplit.heldOut(TEN_PROMPTS, new Amount(3), 42)).isEqualTo(rows(1, 2, 6));
        assertThat(ValidationSplit.heldOut(TEN_PROMPTS, new Amount(3), 43)).isNotEqualTo(rows(1, 2, 6));
    }

    @Test
    void aShareIsRoundedUp() {
        assertThat(ValidationSplit.heldOut(TEN_PROMPTS, new Amount(0.11), 42)).isEqualTo(rows(2, 6));
    }

    /** Group 2 has four rows and does not fit into three; 6 has two, 1 has two and no longer fits, 8 has one. */
    @Test
    void groupsStayTogetherAndNoMoreIsHeldOutThanIsWanted() {
        int[] groups = {0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2, 6, 1};
        assertThat(ValidationSplit.heldOut(groups, new Amount(3), 42)).isEqualTo(rows(7, 9, 13));
    }

    @Test
    void nothingIsHeldOutWhenEveryGroupIsLarger() {
        assertThat(ValidationSplit.heldOut(new int[] {0, 0, 1, 1}, new Amount(1), 42))
                .isEqualTo(new BitSet());
    }

    private static BitSet rows(int... rows) {
        BitSet set = new BitSet();
        for (int row : rows) {
            set.set(row);
        }
        return set;
    }
}

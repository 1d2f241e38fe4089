package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.TokenizedPreference;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataIdentityTest {

    private static final TokenizedPreference FIRST = preference(new int[] {1, 2}, new int[] {3}, new int[] {4, 5});
    private static final TokenizedPreference SECOND = preference(new int[] {6}, new int[] {7, 8}, new int[] {9});

    /** Of checkpoints that are waiting to be gone on from: the lengths and numbers, four bytes each, that the class writes down. */
    @Test
    void itStaysAsItIs() {
        assertThat(DataIdentity.of(data(List.of(FIRST), List.of())))
                .isEqualTo("17e5155a004f754d39fdd408932e7ed2ef050b2612af0fba115fb0536afd2ae0");
    }

    @Test
    void whateverARunComputesWithDecidesIt() {
        List<String> identities = List.of(
                DataIdentity.of(data(List.of(FIRST), List.of())),
                DataIdentity.of(data(List.of(SECOND), List.of())),
                DataIdentity.of(data(List.of(FIRST, SECOND), List.of())),
                DataIdentity.of(data(List.of(SECOND, FIRST), List.of())),
                DataIdentity.of(data(List.of(FIRST), List.of(SECOND))),
                DataIdentity.of(data(List.of(FIRST.withWeight(2)), List.of())),
                identity(preference(new int[] {1}, new int[] {2, 3}, new int[] {4, 5})),
                identity(preference(new int[] {1, 2}, new int[] {3}, new int[] {5, 4})),
                identity(new TokenizedPreference(
                        1, new int[] {1, 2}, new int[] {3}, List.of(new int[] {4}, new int[] {5}))),
                identity(labelled(Label.GOOD)),
                identity(labelled(Label.BAD)),
                identity(mismatched(4)));
        assertThat(identities).doesNotHaveDuplicates();
    }

    @Test
    void howItsRowsAreNumberedDoesNot() {
        TokenizedPreference elsewhere = new TokenizedPreference(7, FIRST.prompt(), FIRST.chosen(), FIRST.rejected());
        assertThat(identity(elsewhere)).isEqualTo(identity(FIRST));
    }

    @Test
    void textsMayBeLong() {
        int[] prompt = IntStream.range(0, 5000).toArray();
        String identity = identity(preference(prompt, new int[] {3}, new int[] {4}));
        prompt[0] = 1;
        String first = identity(preference(prompt, new int[] {3}, new int[] {4}));
        prompt[0] = 0;
        prompt[4999] = 1;
        assertThat(List.of(identity, first, identity(preference(prompt, new int[] {3}, new int[] {4}))))
                .doesNotHaveDuplicates();
    }

    private static String identity(TokenizedPreference preference) {
        return DataIdentity.of(data(List.of(preference), List.of()));
    }

    private static TokenizedData data(List<TokenizedPreference> training, List<TokenizedPreference> validation) {
        return new TokenizedData(training, validation, Cuts.NONE, Cuts.NONE);
    }

    private static TokenizedPreference preference(int[] prompt, int[] chosen, int[] rejected) {
        return new TokenizedPreference(1, prompt, chosen, List.of(rejected));
    }

    private static TokenizedPreference labelled(Label label) {
        return TokenizedPreference.labelled(1, new int[] {1, 2}, new int[] {3}, label);
    }

    private static TokenizedPreference mismatched(int token) {
        return new TokenizedPreference(1, new int[] {1, 2}, new int[] {3}, List.of(), 1, Label.BAD, new int[] {token});
    }
}

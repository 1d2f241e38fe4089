package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.TokenTree.Segment;
import org.junit.jupiter.api.Test;

/** Which beginnings of texts are put together. */
class TokenTrieTest {

    @Test
    void aPromptStandsOnceHoweverShort() {
        TokenTrie trie = new TokenTrie();
        trie.add(new int[] {1, 2, 3, 4}, 1);
        trie.add(new int[] {1, 5}, 1);
        TokenTrie.Rows packed = trie.rows();

        assertThat(packed.tree().tokens()).containsExactly(1, 2, 3, 4, 5);
        assertThat(packed.tree().positions()).containsExactly(0, 1, 2, 3, 1);
        assertThat(packed.tree().segments())
                .containsExactly(new Segment(0, 1, -1), new Segment(1, 3, 0), new Segment(4, 1, 0));
        assertThat(packed.rows().get(0)).containsExactly(0, 1, 2, 3);
        assertThat(packed.rows().get(1)).containsExactly(0, 4);
    }

    @Test
    void aTextThatAnotherBeginsWithTakesNoRowOfItsOwn() {
        TokenTrie trie = new TokenTrie();
        trie.add(new int[] {1, 2, 3}, 2);
        trie.add(new int[] {1, 2}, 2);
        trie.add(new int[] {1, 2, 3, 4}, 2);
        TokenTrie.Rows packed = trie.rows();

        assertThat(packed.tree().tokens()).containsExactly(1, 2, 3, 4);
        assertThat(packed.rows().get(1)).containsExactly(0, 1);
        assertThat(packed.rows().get(2)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aTextThatEndsWhereOthersPartKeepsItsRows() {
        TokenTrie trie = new TokenTrie();
        trie.add(new int[] {1, 2, 3, 4, 5}, 4);
        trie.add(new int[] {1, 2, 3}, 3); // ends within the first one's rows
        trie.add(new int[] {1, 2, 9}, 2); // and these are cut before its end
        TokenTrie.Rows packed = trie.rows();

        assertThat(packed.tree().tokens()).containsExactly(1, 2, 3, 4, 5, 9);
        assertThat(packed.rows().get(0)).containsExactly(0, 1, 2, 3, 4);
        assertThat(packed.rows().get(1)).containsExactly(0, 1, 2);
        assertThat(packed.rows().get(2)).containsExactly(0, 1, 5);
    }

    @Test
    void promptsShareASystemPromptButNotAFewTokens() {
        int[] system = {11, 12, 13, 14, 15, 16, 17, 18};
        TokenTrie trie = new TokenTrie();
        trie.add(new int[] {11, 12, 13, 14, 15, 16, 17, 18, 1, 2}, 9);
        trie.add(new int[] {11, 12, 13, 14, 15, 16, 17, 18, 3, 4}, 9);
        trie.add(new int[] {11, 12, 13, 14, 15, 16, 17, 5, 6}, 9);
        TokenTrie.Rows packed = trie.rows();

        assertThat(system).hasSize(TokenTrie.FEWEST_SHARED);
        assertThat(packed.tree().segments()).extracting(Segment::length).containsExactly(8, 2, 2, 9);
        assertThat(packed.tree().segments()).extracting(Segment::parent).containsExactly(-1, 0, 0, -1);
        assertThat(packed.rows().get(1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 10, 11);
        assertThat(packed.rows().get(2)).containsExactly(12, 13, 14, 15, 16, 17, 18, 19, 20);
    }

    @Test
    void equalTextsAreOne() {
        TokenTrie trie = new TokenTrie();
        trie.add(new int[] {1, 2, 3}, 1);
        trie.add(new int[] {1, 2, 3}, 1);
        TokenTrie.Rows packed = trie.rows();

        assertThat(packed.tree().size()).isEqualTo(3);
        assertThat(packed.rows().get(1)).containsExactly(packed.rows().get(0));
    }
}

package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.ScoredTokens;
import dev.dpo4j.llama.TokenTree;
import dev.dpo4j.llama.TokenTrie;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * Preferences packed for one forward pass; what begins alike is computed once, see {@link TokenTrie}. For prompt {@code [1 2]}, chosen {@code [3 4]} and rejected {@code [5]}:
 *
 * <pre>
 * row       0  1  2          the prompt once; then chosen without its last token, which predicts nothing;
 * token     1  2  3          rejected without its last token, which leaves nothing
 * scored    row 1 → 3, row 2 → 4;  row 1 → 5
 * </pre>
 *
 * @param preferences what was packed
 * @param tree the rows
 * @param scored the answers' tokens, answer after answer
 * @param texts for each answer of each preference, the rows of its prompt and of itself without its last token
 * @param starts for each preference where the scored tokens of its answers begin, chosen first, and where the last ends
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of rows; never compared
public record PreferenceBatch(
        List<TokenizedPreference> preferences, TokenTree tree, List<int[]> texts, ScoredTokens scored, int[][] starts) {

    /** Packs preferences in their order. */
    public static PreferenceBatch of(List<TokenizedPreference> preferences) {
        TokenTrie trie = new TokenTrie();
        for (TokenizedPreference preference : preferences) {
            if (preference.prompt().length == 0) {
                throw new IllegalArgumentException(
                        "Row " + preference.row() + " has an empty prompt: nothing predicts its answers' first token");
            }
            for (int[] answer : preference.scoredAnswers()) {
                trie.add(textWithoutLastToken(preference.prompt(), answer), preference.prompt().length);
            }
        }
        TokenTrie.Rows packed = trie.rows();
        Iterator<int[]> texts = packed.rows().iterator();
        int n = preferences.stream().mapToInt(TokenizedPreference::scored).sum();
        int[] rows = new int[n];
        int[] targets = new int[n];
        int[][] starts = new int[preferences.size()][];
        int next = 0;
        for (int p = 0; p < starts.length; p++) {
            TokenizedPreference preference = preferences.get(p);
            int lastOfPrompt = preference.prompt().length - 1;
            List<int[]> answers = preference.scoredAnswers();
            starts[p] = new int[answers.size() + 1];
            for (int a = 0; a < answers.size(); a++) {
                starts[p][a] = next;
                int[] rowsOfText = texts.next();
                for (int i = 0; i < answers.get(a).length; i++) {
                    rows[next] = rowsOfText[lastOfPrompt + i];
                    targets[next++] = answers.get(a)[i];
                }
            }
            starts[p][answers.size()] = next;
        }
        return new PreferenceBatch(
                List.copyOf(preferences), packed.tree(), packed.rows(), new ScoredTokens(rows, targets), starts);
    }

    private static int[] textWithoutLastToken(int[] prompt, int[] answer) {
        int[] text = Arrays.copyOf(prompt, prompt.length + answer.length - 1);
        System.arraycopy(answer, 0, text, prompt.length, answer.length - 1);
        return text;
    }
}

package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.ScoredTokens;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.llama.TokenTree;
import dev.dpo4j.llama.TokenTrie;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.Beginnings;
import dev.dpo4j.loss.PairLoss;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
            for (int[] answer : answers(preference)) {
                trie.add(textWithoutLastToken(preference.prompt(), answer), preference.prompt().length);
            }
        }
        TokenTrie.Rows packed = trie.rows();
        Iterator<int[]> texts = packed.rows().iterator();
        int n = preferences.stream().mapToInt(PreferenceBatch::scored).sum();
        int[] rows = new int[n];
        int[] targets = new int[n];
        int[][] starts = new int[preferences.size()][];
        int next = 0;
        for (int p = 0; p < starts.length; p++) {
            TokenizedPreference preference = preferences.get(p);
            int lastOfPrompt = preference.prompt().length - 1;
            List<int[]> answers = answers(preference);
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

    /**
     * Cuts a list of preferences into batches of at most {@code capacity} rows, in order; one that is larger alone makes a batch of
     * its own. There are as few batches as can be, and the largest is as small as can be then: a full one and a small rest take longer. The cut
     * depends on nothing else, and so do the sums made of it.
     */
    public static List<PreferenceBatch> cut(List<TokenizedPreference> preferences, int capacity) {
        int fewest = fill(preferences, capacity).size();
        int enough = capacity;
        int tooSmall = 0;
        while (enough - tooSmall > 1) {
            int middle = (enough + tooSmall) >>> 1;
            if (fill(preferences, middle).size() == fewest) {
                enough = middle;
            } else {
                tooSmall = middle;
            }
        }
        return fill(preferences, enough).stream().map(PreferenceBatch::of).toList();
    }

    /** Fills one batch after the other. */
    private static List<List<TokenizedPreference>> fill(List<TokenizedPreference> preferences, int capacity) {
        List<List<TokenizedPreference>> batches = new ArrayList<>();
        List<TokenizedPreference> last = new ArrayList<>();
        int room = 0;
        for (TokenizedPreference preference : preferences) {
            int size = rows(preference);
            if (batches.isEmpty() || size > room) {
                last = new ArrayList<>();
                batches.add(last);
                room = capacity;
            }
            last.add(preference);
            room -= size;
        }
        return batches;
    }

    /** Rows that a preference takes at most: fewer when it begins like another one. */
    public static int rows(TokenizedPreference preference) {
        return preference.prompt().length
                + answers(preference).stream().mapToInt(a -> a.length - 1).sum();
    }

    /** Tokens of a preference's answers. */
    public static int scored(TokenizedPreference preference) {
        return answers(preference).stream().mapToInt(a -> a.length).sum();
    }

    /** Rows of the longest of a preference's texts. */
    public static int context(TokenizedPreference preference) {
        return preference.prompt().length
                + answers(preference).stream().mapToInt(a -> a.length - 1).max().orElse(0);
    }

    /** Tokens as TRL counts them: the prompt once with each answer, but for a mismatched one. */
    public static long tokens(TokenizedPreference preference) {
        return preference.answers().stream()
                .mapToLong(a -> preference.prompt().length + a.length)
                .sum();
    }

    /** All that is computed after a preference's prompt: its answers, the preferred one first, and the mismatched one, if it has any. */
    public static List<int[]> answers(TokenizedPreference preference) {
        List<int[]> answers = new ArrayList<>(preference.answers());
        if (preference.mismatched() != null) {
            answers.add(preference.mismatched());
        }
        return answers;
    }

    /** How many tokens each of these has. */
    public static int[] lengths(TokenizedPreference preference) {
        return answers(preference).stream().mapToInt(answer -> answer.length).toArray();
    }

    /** How many tokens the chosen answers have on average, over preferences by their weights; these are not all 0. */
    static double meanChosenTokens(List<TokenizedPreference> preferences) {
        double tokens = 0;
        for (TokenizedPreference preference : preferences) {
            tokens += preference.weight() * preference.chosen().length;
        }
        return tokens / PreferenceWeights.sum(preferences);
    }

    /** What a model, when its turn on the machine has come, gives each preference: summed log-probabilities. */
    double[][] sums(LlamaModel model, Summed summed, Activations activations) {
        return model.compute()
                .call(() -> sums(model.logProbs(tree, scored, activations).logProbs(), summed));
    }

    /** Sums token values over each answer of each preference. */
    public double[][] sums(double[] perToken) {
        return sums(perToken, Summed.ANSWERS);
    }

    /** Sums token values over each span of each preference. */
    double[][] sums(double[] perToken, Summed summed) {
        double[][] sums = new double[starts.length][];
        for (int p = 0; p < starts.length; p++) {
            List<Summed.Span> spans = summed.spans(preferences.get(p));
            sums[p] = new double[spans.size()];
            for (int s = 0; s < sums[p].length; s++) {
                int first = starts[p][spans.get(s).answer()];
                for (int i = first; i < first + spans.get(s).length(); i++) {
                    sums[p][s] += perToken[i];
                }
            }
        }
        return sums;
    }

    /**
     * What a loss knows of each preference.
     *
     * @param policy of the scored tokens
     * @param reference each preference's sums, of what the loss wants summed
     */
    List<AnswerLogProbs> answers(TokenLogProbs policy, double[][] reference, PreferenceLoss loss) {
        Summed summed = Summed.of(loss.ldAlpha() != null);
        double[][] sums = sums(policy.logProbs(), summed);
        double[][] squares = loss.weighted() ? sums(policy.figures().logSquares()) : null;
        List<AnswerLogProbs> answers = new ArrayList<>();
        for (int p = 0; p < starts.length; p++) {
            int[] lengths = lengths(preferences.get(p));
            double[] ofAnswers = Arrays.copyOf(sums[p], lengths.length);
            answers.add(new AnswerLogProbs(
                    ofAnswers,
                    Arrays.copyOf(reference[p], lengths.length),
                    lengths,
                    squares == null ? AnswerLogProbs.ones(lengths.length) : weights(ofAnswers, squares[p], lengths),
                    summed == Summed.ANSWERS
                            ? null
                            : new Beginnings(behind(sums[p], lengths.length), behind(reference[p], lengths.length)),
                    label(preferences.get(p))));
        }
        return answers;
    }

    /** Sums of the figures of each preference's tokens. */
    List<TokenTotals> totals(TokenLogProbs policy) {
        return IntStream.range(0, starts.length)
                .mapToObj(p -> {
                    Boolean good = label(preferences.get(p));
                    return good == null
                            ? TokenTotals.of(policy.figures(), starts[p])
                            : TokenTotals.of(policy.figures(), starts[p][0], starts[p][1], good);
                })
                .toList();
    }

    private static @Nullable Boolean label(TokenizedPreference preference) {
        return preference.label() == null ? null : preference.label().good();
    }

    private static double[] behind(double[] sums, int answers) {
        return Arrays.copyOfRange(sums, answers, sums.length);
    }

    /** WPO's (Zhou et al., arXiv 2406.11827, aligned by sampling): {@code exp(mean over tokens of log p - log Σ p²)}. */
    private static double[] weights(double[] sums, double[] squareSums, int[] lengths) {
        return IntStream.range(0, sums.length)
                .mapToDouble(a -> Math.exp((sums[a] - squareSums[a]) / lengths[a]))
                .toArray();
    }

    /**
     * The slopes of losses by each token's log-probability: its answer's or, with LD-DPO, the sum of its pairs', of which those are LD-DPO's
     * whose shorter answer has ended before the token.
     *
     * @param totalWeight of all preferences over which the mean is taken
     */
    double[] slopes(List<PreferenceLosses> losses, @Nullable Double ldAlpha, double totalWeight) {
        double[] perToken = new double[scored.size()];
        for (int p = 0; p < starts.length; p++) {
            double weight = preferences.get(p).weight() / totalWeight;
            double[] slopes = losses.get(p).slopes();
            if (ldAlpha == null) {
                for (int a = 0; a < slopes.length; a++) {
                    Arrays.fill(perToken, starts[p][a], starts[p][a + 1], slopes[a] * weight);
                }
            } else {
                addSlopesOfPairs(losses.get(p).pairs(), p, ldAlpha, weight, perToken);
            }
        }
        return perToken;
    }

    private void addSlopesOfPairs(List<PairLoss> pairs, int p, double ldAlpha, double weight, double[] perToken) {
        int[] lengths = lengths(preferences.get(p));
        double share = weight / pairs.size();
        for (int i = 0; i < pairs.size(); i++) {
            int shorter = Math.min(lengths[0], lengths[i + 1]);
            PairLoss pair = pairs.get(i);
            double[] within = {share * pair.slopeChosen(), share * pair.slopeRejected()};
            double[] behind = {share * pair.slopeChosenBehind(ldAlpha), share * pair.slopeRejectedBehind(ldAlpha)};
            int[] answers = {0, i + 1};
            for (int side = 0; side < 2; side++) {
                int first = starts[p][answers[side]];
                for (int t = 0; t < lengths[answers[side]]; t++) {
                    perToken[first + t] += t < shorter ? within[side] : behind[side];
                }
            }
        }
    }
}

package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.ScoredTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the notebook that this project grew from looks at in a forward pass and the loss does not need.
 *
 * @param promptOfZero log-probability of token 0 after each of the prompt's tokens but the last: what the notebook sums over the prompt
 *     once its mask cell has run twice
 * @param logitsCorner for each answer, chosen first: the logits at the first {@link #CORNER} positions of prompt and answer, for the
 *     first {@link #CORNER} token ids; fewer where there are fewer
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record NotebookPass(double[] promptOfZero, List<float[][]> logitsCorner) {

    /** Side of the corner. */
    public static final int CORNER = 3;

    /** Runs a preference through a model. */
    public static NotebookPass of(LlamaModel model, TokenizedPreference preference) {
        PreferenceBatch batch = PreferenceBatch.of(List.of(preference));
        int prompt = preference.prompt().length;
        int[] rowsOfPrompt = Arrays.copyOf(batch.texts().getFirst(), prompt);
        ScoredTokens zeros = new ScoredTokens(rowsOfPrompt, new int[prompt]); // token 0 is asked for after each
        List<int[]> corners = batch.texts().stream()
                .map(text -> Arrays.copyOf(text, Math.min(CORNER, text.length)))
                .toList();
        int[] rows = corners.stream().flatMapToInt(Arrays::stream).toArray();
        int vocabulary = Math.min(CORNER, model.config().vocabSize());
        PassSize size = new PassSize(batch.tree().size(), Math.max(prompt, rows.length), preference.context());
        try (Activations activations = model.activations(size, Activations.Keep.NOTHING)) {
            return model.compute().call(() -> {
                double[] logProbs =
                        model.logProbs(batch.tree(), zeros, activations).logProbs();
                float[][] logits = model.logits(rows, vocabulary, activations);
                return new NotebookPass(Arrays.copyOf(logProbs, prompt - 1), corners(logits, corners));
            });
        }
    }

    private static List<float[][]> corners(float[][] logits, List<int[]> corners) {
        List<float[][]> result = new ArrayList<>();
        int next = 0;
        for (int[] rows : corners) {
            result.add(Arrays.copyOfRange(logits, next, next + rows.length));
            next += rows.length;
        }
        return result;
    }
}

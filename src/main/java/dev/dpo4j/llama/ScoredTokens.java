package dev.dpo4j.llama;

/**
 * The tokens whose log-probabilities are asked for.
 *
 * @param rows (N) the row of a {@link TokenTree} that predicts each; a row may predict several
 * @param targets (N) the token ids
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of rows; never compared
public record ScoredTokens(int[] rows, int[] targets) {

    public ScoredTokens {
        if (rows.length != targets.length) {
            throw new IllegalArgumentException(rows.length + " rows for " + targets.length + " targets");
        }
    }

    /** N. */
    public int size() {
        return rows.length;
    }
}

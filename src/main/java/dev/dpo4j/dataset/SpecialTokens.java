package dev.dpo4j.dataset;

import dev.dpo4j.tokenizer.Tokenizer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a model's texts should begin and end with.
 *
 * @param bos null: there is none
 * @param eos null: there is none
 * @param putsBos whether the tokenizer begins a text with it of its own accord
 * @param blank which tokens are white space and nothing else: chat templates write line breaks behind their end token
 */
public record SpecialTokens(@Nullable Integer bos, @Nullable Integer eos, boolean putsBos, IntPredicate blank) {

    /** Of a model that takes token ids only. */
    public static final SpecialTokens UNKNOWN = new SpecialTokens(null, null, false, token -> false);

    /** A tokenizer's. */
    public static SpecialTokens of(Tokenizer tokenizer) {
        Integer bos = tokenizer.bosTokenId();
        int[] text = tokenizer.encode("a", true);
        return new SpecialTokens(
                bos,
                tokenizer.eosTokenId(),
                bos != null && text.length > 0 && text[0] == bos,
                token -> token < tokenizer.vocabularySize() // the model may have more
                        && tokenizer.tokenText(token).isBlank());
    }

    boolean lacksBos(int[] prompt) {
        return putsBos && bos != null && prompt[0] != bos;
    }

    boolean doublesBos(int[] prompt) {
        return bos != null && prompt.length > 1 && prompt[0] == bos && prompt[1] == bos;
    }

    /** What stands in its midst, where a text writes it or turns follow each other, does not end it. */
    boolean lacksEos(int[] answer) {
        Integer end = eos;
        if (end == null) {
            return false;
        }
        int last = answer.length - 1;
        while (last >= 0 && answer[last] != end && blank.test(answer[last])) {
            last--;
        }
        return last < 0 || answer[last] != end;
    }

    boolean doublesEos(int[] answer) {
        int n = answer.length;
        return eos != null && n > 1 && answer[n - 1] == eos && answer[n - 2] == eos;
    }
}

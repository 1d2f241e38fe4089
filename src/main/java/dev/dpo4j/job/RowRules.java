package dev.dpo4j.job;

import dev.dpo4j.dataset.Feedback;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceTokenizer;
import dev.dpo4j.dataset.SpecialTokens;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.PreferenceWeights;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job makes of a row.
 *
 * @param feedback what its loss learns from
 * @param tokenizer to the model's token ids
 * @param longest tokens of prompt and answer together
 * @param mode what becomes of longer ones
 * @param special the model's tokens for beginnings and ends
 * @param weights whether rows may have other weights than 1
 */
record RowRules(
        Feedback feedback,
        PreferenceTokenizer tokenizer,
        int longest,
        TruncationMode mode,
        SpecialTokens special,
        boolean weights) {

    /** A job's. */
    static RowRules of(JobSpec spec, LlamaConfig config, @Nullable Tokenizer tokenizer) {
        Integer maxLength = spec.hyperparameters().maxLength();
        PreferenceLoss loss = spec.loss();
        return new RowRules(
                loss.labelled() ? Feedback.LABELLED_ANSWERS : Feedback.PREFERENCES,
                new PreferenceTokenizer(
                        tokenizer, config.vocabSize(), Clock.fixed(spec.createdAt(), ZoneId.systemDefault())),
                maxLength == null
                        ? config.maxPositionEmbeddings()
                        : Math.min(maxLength, config.maxPositionEmbeddings()),
                maxLength == null
                        ? TruncationMode.ERROR
                        : spec.hyperparameters().truncationMode(),
                tokenizer == null ? SpecialTokens.UNKNOWN : SpecialTokens.of(tokenizer),
                PreferenceWeights.mayDiffer(loss));
    }

    /**
     * What a row holds for the job: nothing if it weighs nothing.
     *
     * @throws InvalidRowException when the job's loss cannot use it
     */
    List<PreferenceExample> examples(PreferenceExample row) {
        if (!weights && row.weight() != 1) {
            throw new InvalidRowException("/weight", PreferenceWeights.ONLY_ONE);
        }
        return row.weight() == 0 ? List.of() : feedback.of(row);
    }

    /** Made to fit. */
    Truncation fit(TokenizedPreference preference) {
        return Truncation.of(preference, mode, longest, special);
    }
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceFile;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.PreferenceTokenizer;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.dataset.UnknownFileException;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.PreferenceWeights;
import dev.dpo4j.train.TokenizedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A job's preferences as its model's token ids, made to fit {@code max_length}. */
@Component
class PreferenceLoader {

    /** Bad rows that an error message names. */
    private static final int NAMED_ERRORS = 20;

    private final PreferenceSource source;
    private final ModelCatalog catalog;

    PreferenceLoader(PreferenceSource source, ModelCatalog catalog) {
        this.source = source;
        this.catalog = catalog;
    }

    /**
     * Reads and tokenises.
     *
     * @throws TrainingFailedException naming the lines that the model cannot take
     */
    TokenizedData load(JobSpec spec, LoadedModel model) {
        Hyperparameters hyperparameters = spec.hyperparameters();
        Rows training = read(spec, spec.trainingData(), "training_file", model);
        if (training.kept.isEmpty()) {
            throw new TrainingFailedException(
                    "nothing_to_train_on",
                    "All of the training data is longer than max_length (" + hyperparameters.maxLength()
                            + "), by the prompt alone or with truncation_mode drop, or has the weight 0; nothing is left to train on. Raise max_length.",
                    "training_file");
        }
        TrainingData validation = spec.validationData();
        if (validation == null) {
            return new TokenizedData(training.kept, List.of(), training.cuts(), Cuts.NONE);
        }
        Rows evaluated = read(spec, validation, "validation_file", model);
        if (evaluated.kept.isEmpty()) {
            throw new TrainingFailedException(
                    "nothing_to_validate_on",
                    "All of the validation data is longer than max_length (" + hyperparameters.maxLength()
                            + "), by the prompt alone or with truncation_mode drop, or has the weight 0. Raise max_length, or leave validation_file out.",
                    "validation_file");
        }
        return new TokenizedData(training.kept, evaluated.kept, training.cuts(), evaluated.cuts());
    }

    private Rows read(JobSpec spec, TrainingData data, String param, LoadedModel model) {
        Integer maxLength = spec.hyperparameters().maxLength();
        LlamaConfig config = model.config();
        int longest = maxLength == null
                ? config.maxPositionEmbeddings()
                : Math.min(maxLength, config.maxPositionEmbeddings());
        Tokenizer tokenizer = catalog.tokenizer(model.id()).orElse(null);
        Rows rows = new Rows(
                new PreferenceTokenizer(
                        tokenizer, config.vocabSize(), Clock.fixed(spec.createdAt(), ZoneId.systemDefault())),
                longest,
                maxLength == null
                        ? TruncationMode.ERROR
                        : spec.hyperparameters().truncationMode(),
                tokenizer == null ? null : tokenizer.bosTokenId(),
                PreferenceWeights.mayDiffer(spec.hyperparameters()
                        .loss()
                        .loss(spec.hyperparameters().beta())));
        try {
            source.read(data, rows);
        } catch (UnknownFileException e) {
            throw new TrainingFailedException("file_not_found", String.valueOf(e.getMessage()), param);
        } catch (IOException e) {
            throw new UncheckedIOException("The data of " + data.id() + " cannot be read", e);
        }
        if (rows.errorCount > 0) {
            String more = rows.errorCount > rows.errors.size()
                    ? "; and " + (rows.errorCount - rows.errors.size()) + " more"
                    : "";
            throw new TrainingFailedException(
                    "invalid_" + param,
                    data.id() + " cannot be used with model " + model.id() + ": " + String.join("; ", rows.errors)
                            + more,
                    param);
        }
        return rows;
    }

    /** Tokenises rows as they come. */
    private static final class Rows implements PreferenceFile.RowHandler {

        private final PreferenceTokenizer tokenizer;
        private final int longest;
        private final TruncationMode mode;
        private final @Nullable Integer bos;
        private final boolean weights;
        private final List<TokenizedPreference> kept = new ArrayList<>();
        private final List<String> errors = new ArrayList<>();
        private int errorCount;
        private int dropped;
        private int promptsCut;
        private int truncated;

        /**
         * @param longest tokens of prompt and answer together
         * @param mode what becomes of longer ones
         * @param bos the model's token for beginnings; null: it has none
         * @param weights whether they may have other weights than 1
         */
        Rows(PreferenceTokenizer tokenizer, int longest, TruncationMode mode, @Nullable Integer bos, boolean weights) {
            this.tokenizer = tokenizer;
            this.longest = longest;
            this.mode = mode;
            this.bos = bos;
            this.weights = weights;
        }

        Cuts cuts() {
            return new Cuts(dropped, promptsCut, truncated);
        }

        @Override
        public void row(int row, int line, PreferenceExample example) {
            try {
                if (!weights && example.weight() != 1) {
                    throw new InvalidRowException("/weight", PreferenceWeights.ONLY_ONE);
                }
                if (example.weight() == 0) {
                    return;
                }
                TokenizedPreference preference = tokenizer.tokenize(row, example);
                Truncation truncation = Truncation.of(preference, mode, longest, bos);
                truncation.preference().ifPresentOrElse(kept::add, () -> dropped++);
                promptsCut += truncation.promptCut() ? 1 : 0;
                truncated += truncation.answersCut() > 0 ? 1 : 0;
            } catch (InvalidRowException e) {
                invalid(row, line, e);
            }
        }

        @Override
        public void invalid(int row, int line, InvalidRowException problem) {
            errorCount++;
            if (errors.size() < NAMED_ERRORS) {
                errors.add("line " + line + ": " + problem.getMessage());
            }
        }
    }
}

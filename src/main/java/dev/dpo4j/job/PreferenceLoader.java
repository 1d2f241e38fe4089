package dev.dpo4j.job;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.MismatchedAnswers;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceFile;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.dataset.UnknownFileException;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.Amount;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.TokenizedData;
import dev.dpo4j.train.ValidationSplit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.springframework.stereotype.Component;

/** A job's preferences as its model's token ids, made to fit {@code max_length}. */
@Component
class PreferenceLoader {

    /** Bad rows that an error message names. */
    private static final int NAMED_ERRORS = 20;

    private static final String SPLIT = "method.dpo.hyperparameters.validation_split";

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
        Rows training = read(spec, spec.trainingData(), "training_file", model);
        TrainingData validation = spec.validationData();
        Amount split = spec.hyperparameters().evaluation().split();
        if (split != null) {
            return split(spec, split, training);
        }
        Side trained = training(spec, training, training.rows);
        if (validation == null) {
            return new TokenizedData(trained.kept, List.of(), trained.cuts, Cuts.NONE);
        }
        Rows evaluated = read(spec, validation, "validation_file", model);
        Side validated = validation(
                spec, evaluated, evaluated.rows, evaluated.weightless, "leave validation_file out", "validation_file");
        return new TokenizedData(trained.kept, validated.kept, trained.cuts, validated.cuts);
    }

    /** Rows are held out before any is dropped for its length: which ones does not depend on that. */
    private static TokenizedData split(JobSpec spec, Amount amount, Rows all) {
        int[] prompts = all.prompts.build().toArray();
        BitSet heldOut =
                ValidationSplit.heldOut(prompts, amount, spec.hyperparameters().seed());
        if (heldOut.isEmpty() || heldOut.cardinality() == prompts.length) {
            throw new TrainingFailedException(
                    heldOut.isEmpty() ? "nothing_to_validate_on" : "nothing_to_train_on",
                    "validation_split %s of %d rows is %d, and rows of one prompt stay together: %s. Choose another amount, or give a validation_file."
                            .formatted(
                                    amount,
                                    prompts.length,
                                    amount.of(prompts.length),
                                    heldOut.isEmpty()
                                            ? "every prompt has more rows than that, so nothing is held out"
                                            : "nothing is left to train on"),
                    SPLIT);
        }
        Side trained = training(spec, all, rows(all, row -> !heldOut.get(row)));
        // Rows that weigh nothing are on neither side, and so told once.
        Side validated = validation(spec, all, rows(all, heldOut::get), 0, "choose a larger validation_split", SPLIT);
        return new TokenizedData(trained.kept, validated.kept, trained.cuts, validated.cuts);
    }

    private static List<Truncation> rows(Rows all, IntPredicate wanted) {
        return IntStream.range(0, all.rows.size())
                .filter(wanted)
                .mapToObj(all.rows::get)
                .toList();
    }

    private static Side training(JobSpec spec, Rows read, List<Truncation> rows) {
        Side side = Side.of(rows, read.weightless);
        if (side.kept.isEmpty()) {
            throw new TrainingFailedException(
                    "nothing_to_train_on",
                    "All of the training data is longer than max_length ("
                            + spec.hyperparameters().maxLength()
                            + "), by the prompt alone or with truncation_mode drop, or has the weight 0; nothing is left to train on. Raise max_length.",
                    "training_file");
        }
        return withMismatched(spec, read, side, "training_file");
    }

    private static Side validation(
            JobSpec spec, Rows read, List<Truncation> rows, int weightless, String otherRemedy, String param) {
        Side side = Side.of(rows, weightless);
        if (side.kept.isEmpty()) {
            throw new TrainingFailedException(
                    "nothing_to_validate_on",
                    "All of the validation data is longer than max_length ("
                            + spec.hyperparameters().maxLength()
                            + "), by the prompt alone or with truncation_mode drop, or has the weight 0. Raise max_length, or "
                            + otherRemedy + ".",
                    param);
        }
        return withMismatched(spec, read, side, param);
    }

    private Rows read(JobSpec spec, TrainingData data, String param, LoadedModel model) {
        Tokenizer tokenizer = catalog.tokenizer(model.id()).orElse(null);
        Rows rows = new Rows(RowRules.of(spec, model.config(), tokenizer));
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

    private static Side withMismatched(JobSpec spec, Rows read, Side side, String param) {
        if (!spec.loss().looksAtMismatched()) {
            return side;
        }
        try {
            return new Side(
                    MismatchedAnswers.give(side.kept, spec.hyperparameters().batchSize(), read.rules.longest()),
                    side.cuts);
        } catch (InvalidRowException e) {
            throw new TrainingFailedException("one_prompt", "The data cannot be used: " + e.reason(), param);
        }
    }

    /** What is left of the rows of the training or of the validation data. */
    private record Side(List<TokenizedPreference> kept, Cuts cuts) {

        static Side of(List<Truncation> rows, int weightless) {
            List<TokenizedPreference> kept =
                    rows.stream().flatMap(row -> row.preference().stream()).toList();
            return new Side(
                    kept,
                    new Cuts(
                            rows.size() - kept.size(),
                            weightless,
                            (int) rows.stream().filter(Truncation::promptCut).count(),
                            rows.stream().mapToInt(Truncation::chosenCut).sum(),
                            rows.stream().mapToInt(Truncation::rejectedCut).sum(),
                            rows.stream().mapToInt(Truncation::endsLost).sum()));
        }
    }

    /** Tokenises rows as they come. */
    private static final class Rows implements PreferenceFile.RowHandler {

        private final RowRules rules;
        private final List<Truncation> rows = new ArrayList<>();
        private final IntStream.Builder prompts = IntStream.builder(); // of each row its prompt's number
        private final PromptGroups groups = new PromptGroups();
        private final List<String> errors = new ArrayList<>();
        private int errorCount;
        private int weightless;

        Rows(RowRules rules) {
            this.rules = rules;
        }

        @Override
        public void row(int row, int line, PreferenceExample example) {
            try {
                List<PreferenceExample> examples = rules.examples(example);
                weightless += examples.isEmpty() ? 1 : 0;
                for (PreferenceExample each : examples) {
                    rows.add(rules.fit(rules.tokenizer().tokenize(row, each)));
                    prompts.add(groups.of(each));
                }
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

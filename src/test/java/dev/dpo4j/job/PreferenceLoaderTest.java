package dev.dpo4j.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.PreferenceFiles;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.TruncationMode;
import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.learningrate.LrSchedulerType;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.train.AdamOptions;
import dev.dpo4j.train.Amount;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Evaluation;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.TokenizedData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

@JobTest
class PreferenceLoaderTest {

    private static final String SHORT = "{\"prompt\":[1,2],\"chosen\":[4,5],\"rejected\":[6]}\n";
    private static final String LONG_ANSWER = "{\"prompt\":[1,2],\"chosen\":[4,5,6,7],\"rejected\":[[8,9,1,2],[6]]}\n";
    private static final String LONG_PROMPT = "{\"prompt\":[1,2,3,4,5],\"chosen\":[4],\"rejected\":[6]}\n";

    private static final LossOptions KTO = LossOptions.of(List.of(LossType.KTO));

    @Autowired
    private PreferenceLoader loader;

    @Autowired
    private ModelCatalog catalog;

    @Autowired
    private PreferenceFiles files;

    @Autowired
    private PreferenceSource source;

    @Test
    void whatMaxLengthCutsIsCountedInBothFiles() throws IOException {
        TrainingData training = store(SHORT + LONG_ANSWER + LONG_PROMPT + LONG_PROMPT);
        TrainingData validation = store(SHORT + LONG_ANSWER + LONG_ANSWER + LONG_PROMPT);
        JobSpec spec = new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                training,
                validation,
                null,
                maxLength(5, TruncationMode.KEEP_START));
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData data = loader.load(spec, lease.model());

            assertThat(data.training()).hasSize(2);
            assertThat(data.trainingCuts()).isEqualTo(new Cuts(2, 0, 0, 1, 1, 0));
            assertThat(data.validation()).hasSize(3);
            assertThat(data.validationCuts()).isEqualTo(new Cuts(1, 0, 0, 2, 2, 0));
        }
    }

    @Test
    void rowsThatWeighNothingAreCounted() throws IOException {
        String weightless = "{\"prompt\":[1,2],\"chosen\":[4,5,6,7,8],\"rejected\":[6],\"weight\":0}\n";
        TrainingData training = store(weightless + SHORT + LONG_ANSWER + weightless + LONG_PROMPT);
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData data = loader.load(spec(training, TruncationMode.KEEP_START), lease.model());

            assertThat(data.training()).extracting(TokenizedPreference::row).containsExactly(2, 3);
            assertThat(data.trainingCuts()).isEqualTo(new Cuts(1, 2, 0, 1, 1, 0));
        }
    }

    @Test
    void labelledAnswersAreCountedByTheirLabels() throws IOException {
        TrainingData training = store(
                SHORT + LONG_ANSWER + "{\"prompt\":[1,2,3],\"completion\":[9,8,7],\"label\":\"bad\"}\n" + LONG_PROMPT);
        JobSpec spec = new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                training,
                null,
                null,
                hyperparameters(KTO, 4, 5, TruncationMode.KEEP_START, Evaluation.DEFAULT));
        try (ModelLease lease = catalog.lease("notebook")) {
            assertThat(loader.load(spec, lease.model()).trainingCuts()).isEqualTo(new Cuts(2, 0, 0, 1, 2, 0));
        }
    }

    /** Two preferences make five labelled answers, of which the last is alone in its batch, and one more row makes six. */
    @Test
    void aLossOfLabelledAnswersTakesPreferencesApartAndGivesEachAnswerAMismatchedOne() throws IOException {
        TrainingData training = store(SHORT + "{\"prompt\":[3,2],\"chosen\":[4,5,6,7],\"rejected\":[[8,9,1,2],[6]]}\n"
                + "{\"prompt\":[1,2,3],\"completion\":[9],\"label\":\"bad\"}\n");
        JobSpec spec = new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                training,
                null,
                null,
                hyperparameters(KTO, 4, 5, TruncationMode.KEEP_START, Evaluation.DEFAULT));
        try (ModelLease lease = catalog.lease("notebook")) {
            List<TokenizedPreference> rows = loader.load(spec, lease.model()).training();

            assertThat(rows).extracting(TokenizedPreference::row).containsExactly(1, 1, 2, 2, 2, 3);
            assertThat(rows)
                    .extracting(TokenizedPreference::label)
                    .containsExactly(Label.GOOD, Label.BAD, Label.GOOD, Label.BAD, Label.BAD, Label.BAD);
            assertThat(rows.stream().map(row -> Arrays.toString(row.chosen())))
                    .containsExactly("[4, 5]", "[6]", "[4, 5, 6]", "[8, 9, 1]", "[6]", "[9]");
            assertThat(rows.stream().map(row -> Arrays.toString(row.mismatched())))
                    .containsExactly("[8, 9, 1]", "[8, 9, 1]", "[6]", "[6]", "[9]", "[6]");
        }
    }

    @Test
    void aPromptsBeginningMayGoInsteadOfAnswersEnds() throws IOException {
        TrainingData training = store(SHORT + LONG_ANSWER + LONG_PROMPT);
        JobSpec spec = new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                training,
                null,
                null,
                maxLength(4, TruncationMode.KEEP_PROMPT_END));
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData data = loader.load(spec, lease.model());

            assertThat(data.trainingCuts()).isEqualTo(new Cuts(0, 0, 2, 1, 1, 0));
            assertThat(data.training().get(1).prompt()).containsExactly(2);
            assertThat(data.training().get(1).chosen()).containsExactly(4, 5, 6);
            assertThat(data.training().get(2).prompt()).containsExactly(3, 4, 5);
        }
    }

    @Test
    void labelledAnswersAreNoPreferencesAndOnePromptIsNotEnough() throws IOException {
        String row = "{\"prompt\":[1,2,3],\"completion\":[9],\"label\":true}\n";
        TrainingData training = store(SHORT + row);
        TrainingData onePrompt = store(row + row);
        try (ModelLease lease = catalog.lease("notebook")) {
            for (JobSpec spec : List.of(
                    new JobSpec(
                            "ftjob-1",
                            Instant.EPOCH,
                            "notebook",
                            training,
                            null,
                            null,
                            maxLength(5, TruncationMode.KEEP_START)),
                    new JobSpec(
                            "ftjob-1",
                            Instant.EPOCH,
                            "notebook",
                            training,
                            onePrompt,
                            null,
                            hyperparameters(KTO, 4, 5, TruncationMode.KEEP_START, Evaluation.DEFAULT)))) {
                boolean kto = spec.validationData() != null;
                assertThatThrownBy(() -> loader.load(spec, lease.model()))
                        .isInstanceOfSatisfying(
                                TrainingFailedException.class,
                                failure -> assertThat(failure.error().code())
                                        .isEqualTo(kto ? "one_prompt" : "invalid_training_file"))
                        .hasMessageContaining(
                                kto
                                        ? "all rows have the same prompt"
                                        : "line 2: /completion: is an answer with a label");
            }
        }
    }

    @Test
    void rowsComeWithTheirWeightsAndThoseOfWeightZeroDoNot() throws IOException {
        TrainingData data = store(SHORT + weighted("2.5") + weighted("0"));
        JobSpec spec = new JobSpec(
                "ftjob-1", Instant.EPOCH, "notebook", data, data, null, maxLength(5, TruncationMode.KEEP_START));
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData loaded = loader.load(spec, lease.model());

            assertThat(loaded.training())
                    .extracting(TokenizedPreference::weight)
                    .containsExactly(1.0, 2.5);
            assertThat(loaded.validation())
                    .extracting(TokenizedPreference::weight)
                    .containsExactly(1.0, 2.5);
        }
    }

    @Test
    void whatIsTooLongMayGoInWholeAndRowsKeepTheirNumbers() throws IOException {
        TrainingData training = store(LONG_ANSWER + SHORT + LONG_PROMPT);
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData data = loader.load(spec(training, TruncationMode.DROP), lease.model());

            assertThat(data.trainingCuts()).isEqualTo(new Cuts(2, 0, 0, 0, 0, 0));
            assertThat(data.training())
                    .singleElement()
                    .satisfies(kept -> assertThat(kept.row()).isEqualTo(2));
        }
    }

    @Test
    void whatIsTooLongMayBeAnErrorThatNamesItsLine() throws IOException {
        TrainingData training = store(SHORT + LONG_ANSWER + LONG_PROMPT);
        try (ModelLease lease = catalog.lease("notebook")) {
            JobSpec spec = spec(training, TruncationMode.ERROR);
            assertThatThrownBy(() -> loader.load(spec, lease.model()))
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining(
                            "line 2: prompt and answer are 6 tokens, more than the 5 that max_length and the model's positions allow")
                    .hasMessageContaining("line 3");
        }
    }

    private static JobSpec spec(TrainingData training, TruncationMode mode) {
        return new JobSpec("ftjob-1", Instant.EPOCH, "notebook", training, null, null, maxLength(5, mode));
    }

    @Test
    void rowsThatAllWeighNothingAreNothingToTrainOn() throws IOException {
        TrainingData data = store(weighted("0") + weighted("0"));
        JobSpec spec = new JobSpec(
                "ftjob-1", Instant.EPOCH, "notebook", data, null, null, maxLength(5, TruncationMode.KEEP_START));
        try (ModelLease lease = catalog.lease("notebook")) {
            assertThatThrownBy(() -> loader.load(spec, lease.model()))
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("or has the weight 0");
        }
    }

    @Test
    void aLossThatComparesPreferencesTakesNoWeights() throws IOException {
        TrainingData data = store(SHORT + weighted("2"));
        Hyperparameters aot = hyperparameters(
                LossOptions.of(List.of(LossType.AOT)), 5, TruncationMode.KEEP_START, Evaluation.DEFAULT);
        JobSpec spec = new JobSpec("ftjob-1", Instant.EPOCH, "notebook", data, null, null, aot);
        try (ModelLease lease = catalog.lease("notebook")) {
            assertThatThrownBy(() -> loader.load(spec, lease.model()))
                    .isInstanceOf(TrainingFailedException.class)
                    .hasMessageContaining("line 2: /weight: must be 1 with aot, aot_unpaired and kto");
        }
    }

    private static String weighted(String weight) {
        return "{\"prompt\":[1,2],\"chosen\":[4,5],\"rejected\":[6],\"weight\":" + weight + "}\n";
    }

    @Test
    void aSplitHoldsOutWholePromptsOfTheTrainingFile() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 12; row++) {
            // four prompts of three rows each
            rows.append("{\"prompt\":[%d],\"chosen\":[4,%d],\"rejected\":[6]}\n".formatted(row % 4 + 1, row + 10));
        }
        TokenizedData data = load(store(rows.toString()), null, 0.25);

        assertThat(data.validation())
                .hasSize(3)
                .extracting(row -> row.prompt()[0])
                .containsOnly(data.validation().getFirst().prompt()[0]);
        assertThat(data.training())
                .hasSize(9)
                .noneMatch(
                        row -> row.prompt()[0] == data.validation().getFirst().prompt()[0]);
        assertThat(rowNumbers(load(store(rows.toString()), null, 0.25)))
                .as("the same at every start")
                .isEqualTo(rowNumbers(data));
    }

    @Test
    void whatMaxLengthDropsDoesNotChangeTheSplit() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int row = 1; row <= 10; row++) {
            rows.append("{\"prompt\":[%s],\"chosen\":[4],\"rejected\":[6]}\n".formatted("1,".repeat(row) + row));
        }
        // torch.randperm's first with seed 42: 2, 6, 1, ... of 0 to 9
        assertThat(rowNumbers(load(store(rows.toString()), null, 3.0))).containsExactly(2, 3, 7);
        assertThat(rowNumbers(load(store(rows.toString()), 7, 3.0))).containsExactly(2, 3);
        assertThat(load(store(rows.toString()), 7, 3.0).validationCuts()).isEqualTo(new Cuts(1, 0, 0, 0, 0, 0));
        assertThat(load(store(rows.toString()), 7, 3.0).trainingCuts()).isEqualTo(new Cuts(4, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1   | 2 | 1 | nothing_to_validate_on | every prompt has more rows than that
            2   | 2 | 2 | nothing_to_train_on    | nothing is left to train on
            0.5 | 4 | 1 | nothing_to_validate_on | 0.5 of 4 rows is 2, and rows of one prompt stay together
            """)
    void aSplitThatLeavesASideEmptyIsAnErrorThatSaysSo(double split, int rows, int prompts, String code, String message)
            throws IOException {
        StringBuilder file = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            file.append("{\"prompt\":[%d],\"chosen\":[4],\"rejected\":[6]}\n".formatted(row % prompts + 1));
        }
        TrainingData training = store(file.toString());
        assertThatThrownBy(() -> load(training, null, split))
                .isInstanceOfSatisfying(TrainingFailedException.class, e -> {
                    assertThat(e.error().code()).isEqualTo(code);
                    assertThat(e.error().param()).isEqualTo("method.dpo.hyperparameters.validation_split");
                    assertThat(e.error().message()).contains(message);
                });
    }

    @Test
    void aSplitOfWhichNothingIsShortEnoughIsAnError() throws IOException {
        TrainingData training = store(LONG_PROMPT + "{\"prompt\":[1],\"chosen\":[4],\"rejected\":[6]}\n");
        // of two rows, seed 42 holds out the first
        assertThatThrownBy(() -> load(training, 3, 1))
                .hasMessageContaining("Raise max_length, or choose a larger validation_split");
    }

    private TokenizedData load(TrainingData training, @Nullable Integer maxLength, double split) {
        JobSpec spec = new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                training,
                null,
                null,
                hyperparameters(
                        LossOptions.SIGMOID,
                        maxLength,
                        TruncationMode.KEEP_START,
                        new Evaluation(null, new Amount(split), ModelSelection.DEFAULT)));
        try (ModelLease lease = catalog.lease("notebook")) {
            return loader.load(spec, lease.model());
        }
    }

    private static List<Integer> rowNumbers(TokenizedData data) {
        return data.validation().stream().map(TokenizedPreference::row).toList();
    }

    private TrainingData store(String rows) throws IOException {
        return source.resolve(files.store("rows.jsonl", "fine-tune", new ByteArrayInputStream(rows.getBytes(UTF_8)))
                .id());
    }

    private static Hyperparameters maxLength(int tokens, TruncationMode mode) {
        return hyperparameters(LossOptions.SIGMOID, tokens, mode, Evaluation.DEFAULT);
    }

    private static Hyperparameters hyperparameters(
            LossOptions loss, @Nullable Integer tokens, TruncationMode mode, Evaluation evaluation) {
        return hyperparameters(loss, 8, tokens, mode, evaluation);
    }

    private static Hyperparameters hyperparameters(
            LossOptions loss, int batchSize, @Nullable Integer tokens, TruncationMode mode, Evaluation evaluation) {
        return new Hyperparameters(
                0.1,
                loss,
                batchSize,
                1,
                1,
                null,
                1e-6,
                LrSchedulerType.LINEAR,
                LrSchedulerKwargs.NONE,
                0,
                null,
                0,
                AdamOptions.DEFAULT,
                1,
                tokens,
                mode,
                true,
                42,
                1,
                null,
                2,
                null,
                null,
                null,
                evaluation);
    }
}

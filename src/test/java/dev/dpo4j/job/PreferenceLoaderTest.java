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
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.train.AdamOptions;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.LrSchedulerKwargs;
import dev.dpo4j.train.LrSchedulerType;
import dev.dpo4j.train.TokenizedData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
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
        JobSpec spec = new JobSpec("ftjob-1", Instant.EPOCH, "notebook", training, validation, null, maxLength(5));
        try (ModelLease lease = catalog.lease("notebook")) {
            TokenizedData data = loader.load(spec, lease.model());

            assertThat(data.training()).hasSize(2);
            assertThat(data.trainingCuts()).isEqualTo(new Cuts(2, 1));
            assertThat(data.validation()).hasSize(3);
            assertThat(data.validationCuts()).isEqualTo(new Cuts(1, 2));
        }
    }

    /** Two preferences make five labelled answers, of which the last is alone in its batch, and one more row makes six. */
    @Test
    void aLossOfLabelledAnswersTakesPreferencesApartAndGivesEachAnswerAMismatchedOne() throws IOException {
        TrainingData training = store(SHORT + "{\"prompt\":[3,2],\"chosen\":[4,5,6,7],\"rejected\":[[8,9,1,2],[6]]}\n"
                + "{\"prompt\":[1,2,3],\"completion\":[9],\"label\":\"bad\"}\n");
        JobSpec spec =
                new JobSpec("ftjob-1", Instant.EPOCH, "notebook", training, null, null, hyperparameters(KTO, 4, 5));
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
    void labelledAnswersAreNoPreferencesAndOnePromptIsNotEnough() throws IOException {
        String row = "{\"prompt\":[1,2,3],\"completion\":[9],\"label\":true}\n";
        TrainingData training = store(SHORT + row);
        TrainingData onePrompt = store(row + row);
        try (ModelLease lease = catalog.lease("notebook")) {
            for (JobSpec spec : List.of(
                    new JobSpec("ftjob-1", Instant.EPOCH, "notebook", training, null, null, maxLength(5)),
                    new JobSpec(
                            "ftjob-1",
                            Instant.EPOCH,
                            "notebook",
                            training,
                            onePrompt,
                            null,
                            hyperparameters(KTO, 4, 5)))) {
                boolean kto = spec.validationData() != null;
                assertThatThrownBy(() -> loader.load(spec, lease.model()))
                        .isInstanceOfSatisfying(
                                TrainingFailedException.class,
                                failure -> assertThat(failure.error().code())
                                        .isEqualTo(kto ? "invalid_validation_file" : "invalid_training_file"))
                        .hasMessageContaining(
                                kto
                                        ? "all rows have the same prompt"
                                        : "line 2: /completion: is an answer with a label");
            }
        }
    }

    private TrainingData store(String rows) throws IOException {
        return source.resolve(files.store("rows.jsonl", "fine-tune", new ByteArrayInputStream(rows.getBytes(UTF_8)))
                .id());
    }

    private static Hyperparameters maxLength(int tokens) {
        return hyperparameters(LossOptions.SIGMOID, 8, tokens);
    }

    private static Hyperparameters hyperparameters(LossOptions loss, int batchSize, int tokens) {
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
                true,
                42,
                1,
                null,
                2,
                null,
                null,
                null);
    }
}

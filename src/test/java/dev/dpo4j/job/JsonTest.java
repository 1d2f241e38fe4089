package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.learningrate.LrSchedulerKwargs;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.loss.LossOptions;
import dev.dpo4j.train.AdamOptions;
import dev.dpo4j.train.Amount;
import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.EarlyStopping;
import dev.dpo4j.train.Evaluation;
import dev.dpo4j.train.Evaluations;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.LabelMetrics;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.TrainingHistory;
import dev.dpo4j.train.TrainingProgress;
import dev.dpo4j.train.ValidationMetric;
import dev.dpo4j.train.WarningSign;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void anAdapterFromBeforeItHadPatternsIsRead() {
        String old = "{\"r\":4,\"alpha\":8.0,\"targetModules\":[\"q_proj\",\"v_proj\"]}";
        assertThat(Json.read(old, LoraConfig.class)).isEqualTo(new LoraConfig(4, 8, Set.of("q_proj", "v_proj")));
    }

    @Test
    void aDoraIsReadAsItWasWritten() {
        LoraConfig dora = TinyLlama.dora(new LoraConfig(4, 8, Set.of("q_proj")));
        assertThat(Json.read(Json.write(dora), LoraConfig.class)).isEqualTo(dora);
        assertThat(dora.useDora()).isTrue();
    }

    @Test
    void patternsKeepTheirOrder() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        List.of("z", "a", "m.*", "b").forEach(pattern -> ranks.put(pattern, ranks.size() + 1));
        LoraConfig lora = new LoraConfig(4, 8, Set.of("q_proj"), true, ranks, Map.of("x", 2.5));

        LoraConfig read = Json.read(Json.write(lora), LoraConfig.class);
        assertThat(read).isEqualTo(lora);
        assertThat(read.rankPattern().keySet()).containsExactly("z", "a", "m.*", "b");
    }

    @Test
    void progressWrittenBeforeValidationsCouldBeInterruptedIsRead() {
        String old = "{\"step\":3,\"numTokens\":30,\"sinceLastReport\":null,\"stepsSinceLastReport\":0}";
        assertThat(Json.read(old, TrainingProgress.class))
                .isEqualTo(new TrainingProgress(3, 30, null, 0, false, Evaluations.NONE, TrainingHistory.NONE));
    }

    @Test
    void aRunsHistoryIsReadAsItWasWritten() {
        TrainingHistory.Step step = new TrainingHistory.Step(3, 0.5, -1.25, 0.75, 1, 2.5);
        TrainingHistory history = new TrainingHistory(
                List.of(step),
                List.of(step, step),
                new TrainingHistory.Evaluation(0.25, null, 0.75),
                List.of(WarningSign.EVAL_LOSS_RISES));
        TrainingProgress progress = new TrainingProgress(3, 30, null, 0, false, Evaluations.NONE, history);
        assertThat(Json.read(Json.write(progress), TrainingProgress.class)).isEqualTo(progress);
    }

    @Test
    void hyperparametersWrittenBeforeThereWereSchedulersOptionsAreReadWithTheirDefaults() {
        String old = """
                {"beta":0.1,"batchSize":8,"gradientAccumulationSteps":1,"epochs":3,"maxSteps":4,"learningRate":1.0E-6,\
                "lrSchedulerType":"COSINE","warmupSteps":2,"weightDecay":0.0,"maxGradNorm":1.0,"maxLength":1024,\
                "shuffle":true,"seed":42,"loggingSteps":1,"saveSteps":null,"saveTotalLimit":2,"lora":null}""";
        Hyperparameters read = Json.read(old, Hyperparameters.class);
        assertThat(read.lrSchedulerKwargs().byName()).isEqualTo(Map.of("num_cycles", 0.5));
        assertThat(read.warmupSteps()).isEqualTo(2);
        assertThat(read.warmupRatio()).isNull();
        assertThat(read.adam()).isEqualTo(AdamOptions.DEFAULT);
        assertThat(read.evaluation()).isEqualTo(Evaluation.DEFAULT);
        assertThat(read.seed()).isEqualTo(42);
        assertThat(read.dataSeed()).isNull();
        Hyperparameters ordered =
                Json.read(old.replace("\"seed\":42", "\"seed\":42,\"dataSeed\":7"), Hyperparameters.class);
        assertThat(ordered.dataSeed()).isEqualTo(7);
        assertThat(Json.read(Json.write(ordered), Hyperparameters.class)).isEqualTo(ordered);
    }

    @Test
    void howAJobEvaluatesAndWhatCameOfItAreReadAsTheyWereWritten() {
        Evaluation evaluation = new Evaluation(
                new Amount(0.25),
                new Amount(10),
                new ModelSelection(ValidationMetric.REWARDS_MARGINS, true, true, new EarlyStopping(3, 0.01)));
        assertThat(Json.read(Json.write(evaluation), Evaluation.class)).isEqualTo(evaluation);
        TrainingProgress progress = new TrainingProgress(
                9, 90, null, 0, true, new Evaluations(new BestEvaluation(6, 0.1 + 0.2), 2), TrainingHistory.NONE);
        assertThat(Json.read(Json.write(progress), TrainingProgress.class)).isEqualTo(progress);
    }

    @Test
    void aLossOfBeforeThereWereLabelledAnswersIsRead() {
        String old = """
                {"types":["SIGMOID"],"weights":[1.0],"labelSmoothing":0.0,"divergenceType":"REVERSE_KL","alpha":0.5,\
                "discopopTau":0.05,"dpopLambda":50.0,"cpoAlpha":1.0,"simpoGamma":0.5,"rejectedRanked":false,\
                "withoutReference":false,"weighted":false,"ldAlpha":null}""";
        assertThat(Json.read(old, LossOptions.class)).isEqualTo(LossOptions.SIGMOID);
    }

    @Test
    void sumsOfMetricsAreReadAsTheyWereWrittenAndThoseOfBeforeThereWereLabelsHaveNone() {
        PreferenceMetrics sums =
                new PreferenceMetrics(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, new LabelMetrics(0.5, 1, 2, 3));
        assertThat(Json.read(Json.write(sums), PreferenceMetrics.class)).isEqualTo(sums);
        assertThat(Json.read("{\"loss\":1.0}", PreferenceMetrics.class).labels())
                .isNull();
    }

    @Test
    void aSchedulesOptionsAreReadAsTheyWereWritten() {
        LrSchedulerKwargs kwargs = new LrSchedulerKwargs(
                Map.of("num_decay_steps", 5, "min_lr_ratio", 0.0, "num_cycles", 1.0, "decay_type", "1-sqrt"));
        assertThat(Json.read(Json.write(kwargs), LrSchedulerKwargs.class)).isEqualTo(kwargs);
    }
}

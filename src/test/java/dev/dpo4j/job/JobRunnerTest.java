package dev.dpo4j.job;

import static dev.dpo4j.job.JobFixtures.newJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.BlobDamage;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.BlobWriter;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.catalog.TunedModels;
import dev.dpo4j.catalog.UnknownModelException;
import dev.dpo4j.job.JobRunner.Outcome;
import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.EarlyStopping;
import dev.dpo4j.train.ModelSelection;
import dev.dpo4j.train.NonFiniteException;
import dev.dpo4j.train.SelfCheckException;
import dev.dpo4j.train.TrainingWarning;
import dev.dpo4j.train.ValidationMetric;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

@JobTest
class JobRunnerTest {

    private static final String NODE = "this node";

    @Autowired
    private JobRunner runner;

    @Autowired
    private JobService service;

    @Autowired
    private FencedJobs fenced;

    @Autowired
    private JobEvents events;

    @Autowired
    private CheckpointStore checkpoints;

    @Autowired
    private JobCheckpointModels checkpointModels;

    @Autowired
    private BlobStore blobs;

    @Autowired
    private JobFiles files;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Environment environment;

    @Autowired
    private FakeTraining training;

    @Autowired
    private TunedModels models;

    @Autowired
    private ModelCatalog catalog;

    @AfterEach
    void undisturbed() {
        training.reset();
    }

    @Test
    void aJobRunsFromValidationToATunedModel() {
        String id = create(5, null);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.VALIDATING_FILES);

        assertThat(run(id)).isEqualTo(Outcome.DONE);

        Job job = service.get(id);
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.memoryPlan()).isEqualTo(FakeTraining.MEMORY);
        assertThat(job.fineTunedModel()).isEqualTo("ft:notebook:terse:" + id.substring("ftjob-".length()));
        assertThat(job.trainedTokens()).isEqualTo(50);
        assertThat(job.finishedAt()).isNotNull();
        assertThat(job.estimatedFinish()).isNull();
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(5));
        assertThat(messages(id))
                .containsExactly(
                        "Created fine-tuning job: " + id,
                        "Validating model and data",
                        "Model and data are valid; the job is queued",
                        "The job is running",
                        "Memory plan: weights 1 MB, gradients 1 MB, moments 2 MB, activations 3 MB: 7 MB of 9 MB; up to 7 rows a pass",
                        "Training started: 5 preferences, 5 steps an epoch, 5 steps in all",
                        "Reference log-probabilities: 2 of 5 preferences, 1 from the cache",
                        "Reference log-probabilities: 3 of 5 preferences, 1 from the cache",
                        "Reference log-probabilities: 4 of 5 preferences, 2 from the cache",
                        "Reference log-probabilities: 5 of 5 preferences, 2 from the cache",
                        "Step 1: training loss=0.3466",
                        "Step 2: training loss=0.2310",
                        "Step 3: training loss=0.1733",
                        "Step 4: training loss=0.1386",
                        "Step 5: training loss=0.1155",
                        "Checkpoint written after step 5",
                        "New fine-tuned model created: " + job.fineTunedModel(),
                        "The job has succeeded");
    }

    @Test
    void aMetricsEventHoldsExactlyTheseFigures() {
        String id = create(1, null);
        run(id);
        assertThat(metrics(id))
                .singleElement()
                .satisfies(
                        event -> assertThat(Objects.requireNonNull(event.data()).keySet())
                                .containsExactly(
                                        "step",
                                        "epoch",
                                        "loss",
                                        "train_loss",
                                        "grad_norm",
                                        "learning_rate",
                                        "rewards/chosen",
                                        "rewards/rejected",
                                        "rewards/accuracies",
                                        "rewards/margins",
                                        "logps/chosen",
                                        "logps/rejected",
                                        "logits/chosen",
                                        "logits/rejected",
                                        "entropy",
                                        "mean_token_accuracy",
                                        "num_tokens",
                                        "tokens_per_second"));
    }

    @Test
    void validationIsToldBesideTheTrainingMetricsOfItsStep() {
        String id = service.create(JobFixtures.withValidation(5)).id();
        run(id);
        assertThat(all(id))
                .filteredOn(event -> event.data() != null && event.data().containsKey("eval_loss"))
                .satisfiesExactly(
                        before -> assertThat(before.data())
                                .containsEntry("step", 0)
                                .containsEntry("valid_loss", 0.6931),
                        after -> assertThat(after.data())
                                .containsEntry("step", 5)
                                .containsKey("eval_rewards/margins"));
        assertThat(metrics(id)).hasSize(5);
        assertThat(service.checkpoints(id, null, 10).items())
                .first()
                .satisfies(checkpoint -> assertThat(checkpoint.metrics())
                        .containsEntry("step", 5)
                        .containsKeys(
                                "train_loss",
                                "train_mean_token_accuracy",
                                "full_valid_loss",
                                "full_valid_mean_token_accuracy"));
    }

    @Test
    void aJobWhoseEvaluationsDoNotImproveStopsEarlyAndSucceeds() {
        training.validationLoss(step -> step == 10 ? 0.3 : 0.4);
        String id = service.create(JobFixtures.withSelection(40, selection(false, new EarlyStopping(2, 0))))
                .id();

        assertThat(run(id)).isEqualTo(Outcome.DONE);

        Job job = service.get(id);
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.bestEvaluation()).isEqualTo(new BestEvaluation(10, 0.3));
        assertThat(job.trainedTokens()).isEqualTo(200);
        assertThat(messages(id))
                .contains(
                        "Stopped early, after step 20 of 40: eval_loss has not improved in 2 evaluations; its best was 0.3000, after step 10");
        assertThat(tunedWeight(id)).as("the last model").isEqualTo(FakeTraining.weightAfter(20));
    }

    @Test
    void theBestModelIsTakenAndItsCheckpointIsNeverPruned() {
        training.validationLoss(step -> step == 10 ? 0.3 : 0.4 + 0.01 * step);
        String id = service.create(JobFixtures.withSelection(30, selection(true, null)))
                .id();

        run(id);

        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(10));
        assertThat(service.checkpoints(id, null, 10).items())
                .extracting(Checkpoint::step)
                .containsExactly(30, 10);
        assertThat(messages(id))
                .contains("The best model is that of step 10, and it is taken")
                .noneMatch(message -> message.startsWith("Stopped early"));
    }

    @Test
    void theLastModelIsTakenWhereItIsTheBest() {
        String id = service.create(JobFixtures.withSelection(10, selection(true, null)))
                .id();
        run(id);
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(10));
        assertThat(messages(id)).noneMatch(message -> message.startsWith("The best model"));
    }

    @Test
    void patienceAndTheBestModelOutliveACrash() {
        training.validationLoss(step -> step == 10 ? 0.3 : 0.4);
        String id = service.create(JobFixtures.withSelection(40, selection(true, new EarlyStopping(2, 0))))
                .id();
        dieBefore(18); // the newest checkpoint is that of the best, the first evaluation without improvement is lost
        assertThatThrownBy(() -> run(id)).isInstanceOf(QueryTimeoutException.class);
        training.beforeStep(step -> {});

        run(id);

        assertThat(messages(id)).contains("Resumed from step 10 of 40").doesNotHaveDuplicates();
        assertThat(messages(id)).anyMatch(message -> message.startsWith("Stopped early, after step 20 of 40"));
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(10));
    }

    @Test
    void aJobPausedAfterItStoppedEarlyIsNotTrainedFurther() {
        training.validationLoss(step -> step == 5 ? 0.3 : 0.4);
        String id = service.create(JobFixtures.withSelection(40, selection(true, new EarlyStopping(1, 0))))
                .id();
        training.beforeStep(step -> {
            if (step == 10) {
                service.pause(id);
            }
        });
        run(id);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        training.beforeStep(step -> {
            throw new IllegalStateException("step " + step + " is computed");
        });

        service.resume(id);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(messages(id))
                .filteredOn(message -> message.startsWith("Stopped early"))
                .hasSize(1);
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(5));
    }

    private static ModelSelection selection(boolean loadBestModelAtEnd, @Nullable EarlyStopping earlyStopping) {
        return new ModelSelection(ValidationMetric.LOSS, false, loadBestModelAtEnd, earlyStopping);
    }

    @Test
    void aCheckpointHasOnlyFiguresOfItsOwnStep() {
        NewJob request = JobFixtures.withValidation(7); // validated after steps 5 and, for the fake, no other
        NewJob saved = new NewJob(
                request.model(),
                request.trainingData(),
                request.validationData(),
                null,
                Map.of(),
                JobFixtures.hyperparameters(7, 2));
        String id = service.create(saved).id();

        run(id);

        assertThat(service.checkpoints(id, null, 10).items())
                .satisfiesExactly(
                        of7 -> assertThat(of7.metrics())
                                .containsEntry("step", 7)
                                .containsKey("train_loss")
                                .doesNotContainKeys("valid_loss", "full_valid_loss"),
                        of6 -> assertThat(of6.metrics())
                                .containsEntry("step", 6)
                                .doesNotContainKeys("valid_loss", "full_valid_loss"));
    }

    @Test
    void aCheckpointBetweenTwoReportsHasNoTrainLoss() {
        training.loggingSteps(3);
        String id = create(4, 4);
        run(id);
        assertThat(service.checkpoints(id, null, 10).items())
                .singleElement()
                .satisfies(checkpoint -> assertThat(checkpoint.metrics()).containsOnlyKeys("step"));
    }

    @Test
    void whatMaxLengthDoesToTheValidationDataIsTold() {
        training.validationCuts(new Cuts(2, 6, 1, 3, 5, 4));
        String id = service.create(JobFixtures.withValidation(1)).id();
        run(id);
        assertThat(all(id))
                .filteredOn(event -> event.level() == EventLevel.WARN)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.message())
                            .isEqualTo(
                                    "max_length 1024: of the validation data, 3 chosen and 5 rejected answers are cut short, and 4 of them lose"
                                            + " their end token; 1 prompts are cut; 2 preferences are left out. Raise max_length to use all of"
                                            + " them as they are. Of the validation data, 6 rows are left out for their weight of 0.");
                    assertThat(event.data())
                            .isEqualTo(Map.of(
                                    "data", "validation",
                                    "chosen_answers_cut", 3,
                                    "rejected_answers_cut", 5,
                                    "end_tokens_lost", 4,
                                    "prompts_cut", 1,
                                    "dropped_for_length", 2,
                                    "dropped_for_weight", 6));
                });
    }

    /** Nothing is wrong with it. */
    @Test
    void rowsThatWeighNothingAloneAreNoWarning() {
        training.validationCuts(new Cuts(0, 6, 0, 0, 0, 0));
        String id = service.create(JobFixtures.withValidation(1)).id();
        run(id);
        assertThat(all(id))
                .filteredOn(event ->
                        event.message().equals("Of the validation data, 6 rows are left out for their weight of 0."))
                .singleElement()
                .satisfies(event -> assertThat(event.level()).isEqualTo(EventLevel.INFO));
    }

    @Test
    void aRunCutOffByTheEndOfTheServiceGoesOnAtTheNextStart() {
        String id = create(6, 2);
        assertThat(cutOffBefore(4, id)).isEqualTo(Outcome.AGAIN);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(service.get(id).error()).isNull();
        training.reset();

        run(id);

        assertThat(messages(id)).contains("Resumed from step 2 of 6");
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    @Test
    void anErrorThatOnlySeemedToComeOfTheShutdownFailsTheJobAtTheNextStart() {
        String id = create(6, 2);
        assertThat(cutOffBefore(4, id)).isEqualTo(Outcome.AGAIN);

        assertThat(run(id)).isEqualTo(Outcome.DONE);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.FAILED);
        assertThat(service.get(id).error()).extracting(JobError::code).isEqualTo("internal_error");
    }

    @Test
    void whatIsWrongWithTheJobItselfFailsItDuringAShutdownToo() {
        String id = create(6, null);
        boolean[] shuttingDown = {false};
        training.beforeStep(step -> {
            shuttingDown[0] = true;
            throw new NonFiniteException("step 1: the loss of rows 4, 7 is NaN");
        });
        assertThat(runner.run(new TrainingTicket(id, 1), NODE, () -> shuttingDown[0]))
                .isEqualTo(Outcome.DONE);
        assertThat(service.get(id).error()).extracting(JobError::code).isEqualTo("non_finite");
    }

    @Test
    void stepsRepeatedAfterACrashAreNotToldTwiceAndTheResultIsTheSame() {
        String id = create(7, 2);
        dieBefore(6); // the newest checkpoint is of step 4, step 5 has been told
        assertThatThrownBy(() -> run(id)).isInstanceOf(QueryTimeoutException.class);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.RUNNING);
        training.reset();

        run(id);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(metrics(id)).extracting(JobRunnerTest::step).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(messages(id)).contains("Resumed from step 4 of 7");
        assertThat(messages(id)).doesNotHaveDuplicates();
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(7));
    }

    @Test
    void aRunThatLostItsJobWritesNothing() {
        String id = create(5, 1);
        List<Integer> seen = new ArrayList<>();
        training.beforeStep(step -> {
            seen.add(step);
            if (step == 3) {
                // Another node believes this one dead and takes over.
                assertThat(fenced.claim(new TrainingTicket(id, 1), "other node"))
                        .isPresent();
            }
        });

        assertThat(run(id)).isEqualTo(Outcome.TAKEN);

        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(metrics(id)).extracting(JobRunnerTest::step).containsExactly(1, 2);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(service.checkpoints(id, null, 10).items())
                .extracting(Checkpoint::step)
                .containsExactly(2, 1);
    }

    @Test
    void aCheckpointWithoutTheFenceLeavesNoBlobs() {
        String id = create(5, null);
        Fence stale = claim(id).fence();
        claim(id);
        long before = blobCount();
        assertThatThrownBy(() ->
                        checkpoints.write(stale, FakeSnapshots.ofStep(1), "fake", FakeSnapshots.INPUTS, Map.of(), 2))
                .isInstanceOf(FenceLostException.class);
        assertThat(blobCount()).isEqualTo(before);
        assertThat(service.checkpoints(id, null, 10).items()).isEmpty();
    }

    @Test
    void onlyTheLastCheckpointsAreKept() {
        String id = create(6, 1);
        long before = blobCount();
        run(id);
        assertThat(service.checkpoints(id, null, 10).items())
                .extracting(Checkpoint::step)
                .containsExactly(6, 5);
        assertThat(blobCount()).as("weights alone: the job has ended").isEqualTo(before + 2);
    }

    @Test
    void aJobThatGoesOnKeepsItsOptimizersStateAndOneThatHasEndedDoesNot() {
        String id = create(6, 1);
        long before = blobCount();
        training.beforeStep(step -> {
            if (step == 3) {
                service.pause(id);
            }
        });
        run(id);
        assertThat(blobCount()).isEqualTo(before + 4);
        assertThat(checkpoints.blobIds()).containsAll(blobsOf(id)).hasSizeGreaterThanOrEqualTo(4);

        service.cancel(id);
        assertThat(checkpoints.blobIds()).as("what a sweep leaves").doesNotContainAnyElementsOf(optimizersOf(id));
        assertThat(runner.run(new TrainingTicket(id, 2), NODE, () -> false))
                .as("the execution that the cancellation scheduled")
                .isEqualTo(Outcome.DONE);

        assertThat(blobCount()).isEqualTo(before + 2);
        assertThat(service.checkpoints(id, null, 10).items())
                .hasSize(2)
                .allSatisfy(checkpoint ->
                        assertThat(blobs.find(checkpoint.weightsBlobId())).isPresent());
    }

    @Test
    void aJobCancelledWhileItRunsLeavesNoOptimizerState() {
        String id = create(6, 1);
        long before = blobCount();
        training.beforeStep(step -> {
            if (step == 4) {
                service.cancel(id);
            }
        });
        run(id);
        assertThat(blobCount()).isEqualTo(before + 2);
    }

    @Test
    void aModelsCheckpointsAreDeletedWithIt() {
        long before = blobCount();
        String id = create(6, 1);
        run(id);
        assertThat(blobCount()).isEqualTo(before + 2);

        catalog.delete(Objects.requireNonNull(service.get(id).fineTunedModel()));

        assertThat(blobCount()).isEqualTo(before);
        assertThat(service.checkpoints(id, null, 10).items()).isEmpty();
    }

    @Test
    void aDamagedCheckpointIsPassedOverAndNamed() {
        String id = create(7, 2);
        dieBefore(6);
        assertThatThrownBy(() -> run(id)).isInstanceOf(QueryTimeoutException.class);
        training.reset();
        Checkpoint newest = service.checkpoints(id, null, 1).items().getFirst();
        BlobDamage.of(jdbc, environment).change(newest.weightsBlobId());

        run(id);

        assertThat(messages(id))
                .anySatisfy(message -> assertThat(message)
                        .startsWith("The checkpoint of step 4 is damaged")
                        .endsWith("falling back to the one before"))
                .contains("Resumed from step 2 of 7");
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(7));
    }

    @Test
    void aModelIsNotRegisteredWithAnotherConfigurationThanItWasTrainedWith() {
        String id = create(3, null);
        String config = models.configIdentity("notebook");
        training.inputs(new Inputs(null, null, "0".repeat(64)));

        assertThat(run(id)).isEqualTo(Outcome.DONE);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(messages(id).getLast())
                .startsWith("The job is paused: The configuration of the model \"notebook\" (")
                .contains(" is not the one that the job has trained with. Put the old config.json back");

        jdbc.sql("update job_checkpoint set config_sha256 = ? where job_id = ?")
                .params(config, id)
                .update();
        service.resume(id);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void aPausedJobStopsWithACheckpointAndGoesOnFromThere() {
        String id = create(6, null);
        training.beforeStep(step -> {
            if (step == 3) {
                service.pause(id);
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(service.checkpoints(id, null, 10).items())
                .extracting(Checkpoint::step)
                .containsExactly(3);
        training.reset();

        service.resume(id);
        assertThat(run(id)).as("the execution of before the pause").isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.QUEUED);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(messages(id)).contains("Stopped after step 3", "Resumed from step 3 of 6");
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    @Test
    void aCancelledJobStopsAtOnceAndStaysCancelled() {
        String id = create(6, null);
        training.beforeStep(step -> {
            if (step == 3) {
                service.cancel(id);
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(messages(id)).last().isEqualTo("The job was cancelled");
        assertThat(service.checkpoints(id, null, 10).items()).isEmpty();
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void aShutdownWritesACheckpointAndLeavesTheJobQueued() {
        String id = create(6, null);
        boolean[] shuttingDown = {false};
        training.beforeStep(step -> shuttingDown[0] = step == 2);
        assertThat(runner.run(new TrainingTicket(id, 1), NODE, () -> shuttingDown[0]))
                .isEqualTo(Outcome.AGAIN);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.QUEUED);
        training.reset();

        run(id);

        assertThat(messages(id)).contains("Resumed from step 2 of 6");
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    /** PostgreSQL refuses that character, and the job would be run again and again to fail the same way. */
    @Test
    void aReasonThatTheDatabaseCannotKeepStillFailsTheJob() {
        String id = create(6, null);
        training.validation(spec -> {
            throw new TrainingFailedException("invalid_training_file", "line 3: no role 'us\0er'", "training_file");
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(Objects.requireNonNull(service.get(id).error()).message()).isEqualTo("line 3: no role 'us\uFFFDer'");
        assertThat(messages(id)).last().isEqualTo("The job failed: line 3: no role 'us\uFFFDer'");
    }

    @Test
    void dataThatCannotBeTrainedOnFailsTheJobWithItsReasons() {
        String id = create(6, null);
        training.validation(spec -> {
            throw new TrainingFailedException(
                    "invalid_training_file", "line 3: 'chosen' is empty: write an answer", "training_file");
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        Job job = service.get(id);
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.error())
                .isEqualTo(new JobError(
                        "invalid_training_file", "line 3: 'chosen' is empty: write an answer", "training_file"));
        assertThat(messages(id)).last().isEqualTo("The job failed: line 3: 'chosen' is empty: write an answer");
    }

    @Test
    void aNonFiniteLossFailsTheJobNamingStepAndRows() {
        String id = create(6, null);
        training.beforeStep(step -> {
            if (step == 2) {
                throw new NonFiniteException("step 2: the loss of rows 4, 7 is NaN");
            }
        });
        run(id);
        assertThat(service.get(id).error())
                .isEqualTo(new JobError("non_finite", "step 2: the loss of rows 4, 7 is NaN", null));
    }

    @Test
    void aSelfCheckThatFailsFailsTheJobAndSaysWhatItMeans() {
        String id = create(6, null);
        training.beforeStep(step -> {
            throw new SelfCheckException("The policy is not its reference.");
        });
        run(id);
        assertThat(service.get(id).error()).extracting(JobError::code).isEqualTo("self_check");
        assertThat(messages(id))
                .last()
                .asString()
                .startsWith(
                        "The job failed: The policy is not its reference. A job with dpo4j.training.reference-cache");
    }

    @Test
    void aRunsWarningIsToldOnceHoweverOftenTheRunRepeatsIt() {
        String id = create(6, null);
        training.warning(new TrainingWarning("chosen_falls", "The chosen answers become unlikelier."));
        run(id);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(all(id))
                .filteredOn(event -> event.level() == EventLevel.WARN)
                .extracting(JobEvent::message)
                .containsExactly("The chosen answers become unlikelier.");
    }

    @Test
    void aFullDiskPausesTheJobWhichGoesOnOnceThereIsRoom() {
        String id = create(6, 2);
        training.beforeStep(step -> {
            if (step == 4) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(messages(id))
                .last()
                .isEqualTo("The job is paused: The disk of the database is full. Free some space, then try again."
                        + " POST /v1/fine_tuning/jobs/" + id + "/resume lets it go on.");
        training.reset();

        service.resume(id);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(metrics(id)).extracting(JobRunnerTest::step).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    @Test
    void aJobThatHasACheckpointWaitsForItsModelToComeBack() {
        String id = create(6, 2);
        training.beforeStep(step -> {
            if (step == 4) {
                throw new UnknownModelException("llama");
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(messages(id))
                .last()
                .asString()
                .contains("There is no model \"llama\"")
                .contains("/resume");
        training.reset();

        service.resume(id);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);

        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of(
                        new TrainingFailedException("out_of_memory", "It does not fit: raise the limit", null),
                        "It does not fit: raise the limit.",
                        "out_of_memory"),
                Arguments.of(
                        new TrainingFailedException("invalid_training_file", "line 3: no text.", "training_file"),
                        "line 3: no text.",
                        "invalid_training_file"),
                Arguments.of(
                        new UncheckedIOException(
                                "The data of file-1 cannot be read", new AccessDeniedException("/blobs/1")),
                        "The data of file-1 cannot be read (java.nio.file.AccessDeniedException: /blobs/1). Put that right.",
                        "internal_error"),
                Arguments.of(
                        new OutOfMemoryError("Java heap space"),
                        "The job needs more memory than there is (Java heap space). Give the service more, or let less"
                                + " run beside it.",
                        "out_of_memory"));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void aJobThatHasACheckpointWaitsForWhatItNeeds(Throwable trouble, String told, String code) {
        String id = create(6, 2);
        stopBefore(4, trouble);
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertWaitsAndGoesOn(id, told);
    }

    @Test
    void aJobThatHasACheckpointWaitsForDamagedDataToBeRestored() throws IOException {
        String id = create(6, 2);
        String data;
        try (BlobWriter writer = blobs.open()) {
            writer.write(id.getBytes(StandardCharsets.UTF_8));
            data = writer.finish().id();
        }
        BlobDamage.of(jdbc, environment).change(data);
        training.beforeStep(step -> {
            if (step == 4) {
                try (InputStream in = blobs.read(data)) {
                    in.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(messages(id)).last().asString().startsWith("The job is paused: Blob " + data + " is corrupt: ");
        blobs.delete(data);
        assertWaitsAndGoesOn(id, "or delete what refers to the blob. Put that right.");
    }

    private void assertWaitsAndGoesOn(String id, String told) {
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(service.get(id).error()).isNull();
        assertThat(all(id)).last().satisfies(event -> {
            assertThat(event.level()).isEqualTo(EventLevel.ERROR);
            assertThat(event.message())
                    .startsWith("The job is paused: ")
                    .endsWith(told + " POST /v1/fine_tuning/jobs/" + id + "/resume lets it go on.");
        });
        assertThat(optimizersOf(id))
                .isNotEmpty()
                .allSatisfy(blob -> assertThat(blobs.find(blob)).isPresent());
        training.reset();

        service.resume(id);
        runner.run(new TrainingTicket(id, 2), NODE, () -> false);

        assertThat(service.get(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(messages(id)).contains("Resumed from step 2 of 6");
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(6));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void aJobThatHasNoCheckpointFailsWithoutWhatItNeeds(Throwable trouble, String told, String code) {
        String id = create(6, null);
        stopBefore(4, trouble);
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.FAILED);
        assertThat(service.get(id).error()).extracting(JobError::code).isEqualTo(code);
    }

    @Test
    void whatCannotBeReadBecauseTheServiceEndsIsReadAtTheNextStart() {
        String id = create(6, 2);
        boolean[] shuttingDown = {false};
        training.beforeStep(step -> {
            if (step == 4) {
                shuttingDown[0] = true;
                throw new UncheckedIOException(new ClosedByInterruptException());
            }
        });
        assertThat(runner.run(new TrainingTicket(id, 1), NODE, () -> shuttingDown[0]))
                .isEqualTo(Outcome.AGAIN);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void aJobThatHasNotBegunFailsWithoutItsModel() {
        String id = create(6, null);
        training.validation(spec -> {
            throw new UnknownModelException("llama");
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.FAILED);
        assertThat(service.get(id).error()).extracting(JobError::code).isEqualTo("model_not_found");
    }

    @Test
    void anErrorOfOursFailsTheJobAndSaysSo() {
        String id = create(6, null);
        training.beforeStep(step -> {
            throw new IllegalStateException("a bug");
        });
        run(id);
        assertThat(service.get(id).error())
                .isEqualTo(new JobError(
                        "internal_error", "The run ended with an error: java.lang.IllegalStateException: a bug", null));
    }

    @Test
    void anotherMachinesCheckpointGoesOnWithAWarning() {
        String id = create(7, 2);
        dieBefore(6);
        assertThatThrownBy(() -> run(id)).isInstanceOf(QueryTimeoutException.class);
        training.reset();
        training.fingerprint("other");
        run(id);
        assertThat(all(id))
                .filteredOn(event -> event.level() == EventLevel.WARN)
                .singleElement()
                .satisfies(event -> assertThat(event.message())
                        .isEqualTo("The checkpoint was written on fake, this is other: "
                                + "the result will agree closely, but not to the bit"));
    }

    @Test
    void aCheckpointIsAModelByItsName() {
        String id = create(6, 1);
        run(id);
        Checkpoint checkpoint = service.checkpoints(id, null, 10).items().getLast();
        assertThat(checkpointModels.find(checkpoint.model()))
                .hasValueSatisfying(model -> assertThat(model.weightsBlobId()).isEqualTo(checkpoint.weightsBlobId()));
        assertThat(checkpointModels.find(checkpoint.model().replace("step-5", "step-1")))
                .as("pruned")
                .isEmpty();
        assertThat(checkpointModels.find(checkpoint.model().replace("terse", "other")))
                .isEmpty();
    }

    @Test
    void aFileIsInUseUntilTheJobHasEnded() {
        String file = "file-in-use";
        NewJob request = new NewJob(
                "notebook",
                JobFixtures.file("file-1"),
                JobFixtures.file(file),
                null,
                Map.of(),
                JobFixtures.hyperparameters(1, null));
        String id = service.create(request).id();
        assertThat(files.uses(file)).isTrue();
        run(id);
        assertThat(files.uses(file)).isFalse();
    }

    private List<String> optimizersOf(String id) {
        return blobsOf(id, "optimizer_blob");
    }

    private List<String> blobsOf(String id) {
        List<String> both = new ArrayList<>(optimizersOf(id));
        both.addAll(blobsOf(id, "weights_blob"));
        return both;
    }

    private List<String> blobsOf(String id, String column) {
        return jdbc
                .sql("select " + column + " from job_checkpoint where job_id = ?")
                .param(id)
                .query(String.class)
                .stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    @Test
    void aJobWhoseWritesTheDatabaseRefusesWaitsInsteadOfTryingForEver() {
        String id = create(3, 1);
        training.beforeStep(step -> {
            if (step == 2) {
                throw new DataIntegrityViolationException("no", new SQLException("value too long", "22001"));
            }
        });
        assertThat(run(id)).isEqualTo(Outcome.DONE);
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(messages(id)).last().asString().contains("value too long").contains("/resume lets it go on");
        training.reset();
        service.resume(id);
        assertThat(runner.run(new TrainingTicket(id, 2), NODE, () -> false)).isEqualTo(Outcome.DONE);
        assertThat(tunedWeight(id)).isEqualTo(FakeTraining.weightAfter(3));
    }

    private String create(int steps, @Nullable Integer saveSteps) {
        return service.create(newJob(steps, saveSteps)).id();
    }

    private Outcome run(String id) {
        return runner.run(new TrainingTicket(id, 1), NODE, () -> false);
    }

    private FencedJobs.Claim claim(String id) {
        return fenced.claim(new TrainingTicket(id, 1), NODE).orElseThrow();
    }

    private void stopBefore(int step, Throwable trouble) {
        training.beforeStep(next -> {
            if (next == step) {
                switch (trouble) {
                    case RuntimeException failure -> throw failure;
                    case Error error -> throw error;
                    default -> throw new IllegalArgumentException(trouble);
                }
            }
        });
    }

    /** As a crash would: the run ends there and writes nothing more. */
    private void dieBefore(int step) {
        training.beforeStep(next -> {
            if (next == step) {
                throw new QueryTimeoutException("the node dies here");
            }
        });
    }

    private float tunedWeight(String jobId) {
        String id = Objects.requireNonNull(service.get(jobId).fineTunedModel());
        TunedModel model = models.find(id).orElseThrow();
        assertThat(blobs.find(model.weightsBlobId()))
                .hasValueSatisfying(blob -> assertThat(blob.sha256()).isEqualTo(model.weightsSha256()));
        long length = blobs.find(model.weightsBlobId()).orElseThrow().length();
        return FakeTraining.weight(blobs.read(model.weightsBlobId()), length);
    }

    private long blobCount() {
        return jdbc.sql("select count(*) from blob_manifest").query(Long.class).single();
    }

    private List<JobEvent> all(String id) {
        return events.after(id, 0, 1000);
    }

    private List<String> messages(String id) {
        return all(id).stream().map(JobEvent::message).toList();
    }

    private List<JobEvent> metrics(String id) {
        return all(id).stream()
                .filter(event -> event.type() == EventType.METRICS)
                .toList();
    }

    private static Object step(JobEvent event) {
        return Objects.requireNonNull(Objects.requireNonNull(event.data()).get("step"));
    }

    /** The service begins to stop, and pulls the ground from under the run, before a step. */
    private Outcome cutOffBefore(int step, String id) {
        boolean[] shuttingDown = {false};
        training.beforeStep(next -> {
            if (next == step) {
                shuttingDown[0] = true;
                throw new IllegalStateException("the database's pool is closed");
            }
        });
        return runner.run(new TrainingTicket(id, 1), NODE, () -> shuttingDown[0]);
    }
}

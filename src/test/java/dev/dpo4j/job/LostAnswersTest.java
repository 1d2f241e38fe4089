package dev.dpo4j.job;

import static dev.dpo4j.job.JobFixtures.newJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.DatabaseAway;
import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.catalog.TunedModels;
import dev.dpo4j.job.LostAnswers.When;
import dev.dpo4j.train.NonFiniteException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/** A run whose connection to the database breaks off once, at each of its transactions in turn. */
@JobTest
@Import(LostAnswersTest.Losing.class)
class LostAnswersTest {

    private static final int STEPS = 3;

    @Autowired
    private JobRunner runner;

    @Autowired
    private JobService service;

    @Autowired
    private JobEvents events;

    @Autowired
    private BlobStore blobs;

    @Autowired
    private TunedModels models;

    @Autowired
    private FakeTraining training;

    @Autowired
    private LostAnswers answers;

    @AfterEach
    void reset() {
        training.reset();
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void aJobPausedMovedAndFinishedTellsAndMakesTheSame(When when) throws IOException {
        List<String> undisturbed = pausedMovedAndFinished(0, when);
        assertThat(undisturbed)
                .contains(
                        "Stopped after step 2",
                        "Resumed from step 2 of 3",
                        "Checkpoint written after step 3",
                        "The job has succeeded");
        int transaction = 0;
        do {
            transaction++;
            assertThat(pausedMovedAndFinished(transaction, when))
                    .as("at transaction %d", transaction)
                    .isEqualTo(undisturbed);
        } while (answers.lost());
        assertThat(transaction).isGreaterThan(40);
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void aJobThatFailsSaysSoOnce(When when) {
        List<String> undisturbed = failed(0, when);
        assertThat(undisturbed).last().isEqualTo("The job failed: the loss is NaN");
        int transaction = 0;
        do {
            transaction++;
            assertThat(failed(transaction, when))
                    .as("at transaction %d", transaction)
                    .isEqualTo(undisturbed);
        } while (answers.lost());
    }

    private List<String> pausedMovedAndFinished(int transaction, When when) throws IOException {
        String id = service.create(newJob(STEPS, 1)).id();
        training.beforeStep(step -> {
            if (step == 2) {
                pauseFromElsewhere(id);
            }
        });
        answers.loseAt(transaction, when);
        runToItsEnd(new TrainingTicket(id, 1));
        assertThat(service.get(id).status()).isEqualTo(JobStatus.PAUSED);
        training.reset();
        training.fingerprint("another machine");
        service.resume(id);
        runToItsEnd(new TrainingTicket(id, 2));
        training.reset();

        Job job = service.get(id);
        assertThat(job.status()).as("at transaction %d", transaction).isEqualTo(JobStatus.SUCCEEDED);
        TunedModel model =
                models.find(Objects.requireNonNull(job.fineTunedModel())).orElseThrow();
        assertThat(weight(model.weightsBlobId())).isEqualTo(FakeTraining.weightAfter(STEPS));
        List<Checkpoint> checkpoints = service.checkpoints(id, null, 10).items();
        assertThat(checkpoints).extracting(Checkpoint::step).containsExactly(3, 2);
        for (Checkpoint checkpoint : checkpoints) {
            assertThat(weight(checkpoint.weightsBlobId())).isEqualTo(FakeTraining.weightAfter(checkpoint.step()));
        }
        return told(id);
    }

    private List<String> failed(int transaction, When when) {
        String id = service.create(newJob(STEPS, 1)).id();
        training.beforeStep(step -> {
            if (step == 2) {
                throw new NonFiniteException("the loss is NaN");
            }
        });
        answers.loseAt(transaction, when);
        runToItsEnd(new TrainingTicket(id, 1));
        assertThat(service.get(id).status()).isEqualTo(JobStatus.FAILED);
        return told(id);
    }

    /** As the scheduler does it: an execution that the database failed is tried again. */
    private void runToItsEnd(TrainingTicket ticket) {
        List<RuntimeException> failures = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            try {
                assertThat(answers.during(() -> runner.run(ticket, "this node", () -> false)))
                        .isEqualTo(JobRunner.Outcome.DONE);
                ended = true;
            } catch (RuntimeException e) {
                assertThat(DatabaseAway.isBehind(e)).as("%s", e).isTrue();
                failures.add(e);
            }
            assertThat(failures).hasSizeLessThan(2);
        }
    }

    private List<String> told(String id) {
        return events.after(id, 0, 1000).stream()
                .map(event -> event.message().replace(id.substring("ftjob-".length()), "<job>"))
                .toList();
    }

    private float weight(String blobId) throws IOException {
        try (InputStream in = blobs.read(blobId)) {
            return FakeTraining.weight(in, blobs.find(blobId).orElseThrow().length());
        }
    }

    private void pauseFromElsewhere(String id) {
        try {
            Thread.ofPlatform()
                    .inheritInheritableThreadLocals(false)
                    .start(() -> service.pause(id))
                    .join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Losing {

        @Bean
        LostAnswers lostAnswers() {
            return new LostAnswers();
        }

        @Bean
        @Primary
        Pause noPause() {
            return duration -> {};
        }
    }
}

package dev.dpo4j.job;

import dev.dpo4j.blob.BlobCorruptException;
import dev.dpo4j.blob.BlobFileMissingException;
import dev.dpo4j.blob.DatabaseAway;
import dev.dpo4j.blob.StorageFullException;
import dev.dpo4j.catalog.BrokenModelException;
import dev.dpo4j.catalog.ModelMemoryException;
import dev.dpo4j.catalog.TunedModel;
import dev.dpo4j.catalog.TunedModels;
import dev.dpo4j.catalog.UnknownModelException;
import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.NonFiniteException;
import dev.dpo4j.train.SelfCheckException;
import dev.dpo4j.train.TrainingResult;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Runs a job once, from its newest checkpoint to wherever it gets, and says whether it is to be run again. */
@Component
class JobRunner {

    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final FencedJobs jobs;
    private final JobEvents events;
    private final CheckpointStore checkpoints;
    private final TrainingRuns trainings;
    private final TunedModels models;
    private final JobMetrics metrics;
    private final Clock clock;

    JobRunner(
            FencedJobs jobs,
            JobEvents events,
            CheckpointStore checkpoints,
            TrainingRuns trainings,
            TunedModels models,
            JobMetrics metrics,
            Clock clock) {
        this.jobs = jobs;
        this.events = events;
        this.checkpoints = checkpoints;
        this.trainings = trainings;
        this.models = models;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Runs the ticket's job on the calling thread. What goes wrong with the job ends or pauses the job; what goes wrong with the
     * database is thrown, and the execution is retried.
     */
    Outcome run(TrainingTicket ticket, String owner, NodeSignals node) {
        Outcome outcome = runClaimed(ticket, owner, node);
        // Here, because an execution that dies or fails in this is repeated until it has been done.
        checkpoints.freeIfEnded(ticket.jobId());
        log.info("Job {}: the run is over, {}", ticket.jobId(), outcome);
        return outcome;
    }

    private Outcome runClaimed(TrainingTicket ticket, String owner, NodeSignals node) {
        Optional<FencedJobs.Claim> claim = jobs.claim(ticket, owner);
        if (claim.isEmpty()) {
            return Outcome.DONE;
        }
        Fence fence = claim.get().fence();
        log.info("Claimed by {}, claim {}", owner, fence.number());
        try {
            return train(claim.get(), node);
        } catch (FenceLostException e) {
            log.info("Stopped: {}", e.getMessage());
            return lost(fence);
        } catch (RuntimeException e) {
            return end(fence, e, node);
        } catch (OutOfMemoryError e) {
            log.error("Job {} stops: it needs more memory than there is", fence.jobId(), e);
            String what = "The job needs more memory than there is (" + e.getMessage() + "). ";
            return pauseOrFail(
                    fence,
                    what + "Give the service more, or let less run beside it.",
                    new JobError(
                            "out_of_memory",
                            what + "A smaller batch_size or max_length needs less, and LoRA much less.",
                            null));
        }
    }

    private Outcome train(FencedJobs.Claim claim, NodeSignals node) {
        Fence fence = claim.fence();
        JobSpec spec = claim.spec();
        if (!claim.validated()) {
            validate(fence, spec);
        }
        SavedState saved = checkpoints.newest(fence).orElse(null);
        try (TrainingRun run = trainings.start(spec, saved)) {
            jobs.write(fence, this::begin);
            tellMemory(fence, run.memory());
            warnOfOtherBits(fence, run, saved);
            JobRecorder recorder = new JobRecorder(
                    fence, spec, run.fingerprint(), run.inputs(), jobs, events, checkpoints, node, metrics, clock);
            TrainingResult result = run.run(recorder);
            return result.completed() ? succeed(fence, spec, result) : stopped(fence, recorder, result);
        }
    }

    private void validate(Fence fence, JobSpec spec) {
        jobs.write(
                fence,
                job -> events.append(
                        job, NewEvent.info("Validating model and data").once("validating")));
        trainings.validate(spec);
        jobs.write(fence, job -> {
            job.markValidated();
            if (job.status() == JobStatus.VALIDATING_FILES) {
                job.moveTo(JobStatus.QUEUED, clock.instant());
            }
            events.append(
                    job,
                    NewEvent.info("Model and data are valid; the job is queued").once("validated"));
        });
    }

    private void begin(JobRow job) {
        // Not so when it was paused meanwhile: the run's first question will be answered with a stop.
        if (job.status() == JobStatus.QUEUED) {
            job.moveTo(JobStatus.RUNNING, clock.instant());
            if (events.append(job, NewEvent.info("The job is running").once("running"))) {
                metrics.waited(Duration.between(job.createdAt(), clock.instant()));
            }
        }
    }

    private void tellMemory(Fence fence, MemoryPlan memory) {
        jobs.write(fence, job -> {
            job.planned(memory);
            events.append(
                    job,
                    NewEvent.info("Memory plan: " + memory.describe())
                            .with(Figures.ofMemory(memory))
                            .once("memory:%d/%d".formatted(memory.total(), memory.limit())));
        });
    }

    private void warnOfOtherBits(Fence fence, TrainingRun run, @Nullable SavedState saved) {
        if (saved != null && !saved.fingerprint().equals(run.fingerprint())) {
            String message =
                    "The checkpoint was written on %s, this is %s: the result will agree closely, but not to the bit"
                            .formatted(saved.fingerprint(), run.fingerprint());
            jobs.write(fence, job -> events.append(job, NewEvent.warn(message).onceIn(fence, "bits")));
        }
    }

    private Outcome succeed(Fence fence, JobSpec spec, TrainingResult result) {
        CheckpointRow last = checkpoints
                .newestManifest(spec.jobId())
                .orElseThrow(() -> new IllegalStateException("A completed run left no checkpoint"));
        CheckpointRow chosen = chosen(spec, last);
        jobs.write(fence, job -> {
            // Paused after the last step: it succeeds as soon as it is resumed.
            if (job.status() == JobStatus.RUNNING) {
                // The model gets the configuration that its base has by now.
                chosen.inputs().requireConfig(models.configIdentity(spec.base()), spec);
                models.register(new TunedModel(
                        spec.tunedModelId(),
                        spec.base(),
                        spec.jobId(),
                        chosen.weights().blob(),
                        chosen.weights().sha256(),
                        spec.hyperparameters().lora(),
                        clock.instant()));
                job.trained(result.numTokens());
                job.succeed(spec.tunedModelId(), clock.instant());
                metrics.endsAtCommit(JobStatus.SUCCEEDED);
                if (chosen.step() != last.step()) {
                    events.append(
                            job,
                            NewEvent.info("The best model is that of step " + chosen.step() + ", and it is taken"));
                }
                events.append(job, NewEvent.info("New fine-tuned model created: " + spec.tunedModelId()));
                events.append(job, NewEvent.info("The job has succeeded"));
            } else if (job.status() == JobStatus.PAUSED) {
                events.append(
                        job,
                        NewEvent.info("Paused after the last step; resume it to get the model")
                                .onceIn(fence, "stopped"));
            }
        });
        return Outcome.DONE;
    }

    /** The checkpoint that becomes the model: the last, or the best where that is asked for. */
    private CheckpointRow chosen(JobSpec spec, CheckpointRow last) {
        BestEvaluation best = last.progress().evaluations().best();
        if (best == null
                || best.step() == last.step()
                || !spec.hyperparameters().evaluation().selection().loadBestModelAtEnd()) {
            return last;
        }
        return checkpoints
                .manifest(spec.jobId(), best.step())
                .orElseThrow(() -> new IllegalStateException(
                        "The best evaluation, after step " + best.step() + ", left no checkpoint"));
    }

    private Outcome stopped(Fence fence, JobRecorder recorder, TrainingResult result) {
        return switch (recorder.stopReason()) {
            case PAUSED -> {
                jobs.write(
                        fence,
                        job -> events.append(
                                job,
                                NewEvent.info("Stopped after step " + result.step())
                                        .onceIn(fence, "stopped")));
                yield Outcome.DONE;
            }
            case SHUTDOWN -> {
                jobs.write(fence, job -> {
                    if (job.status() == JobStatus.RUNNING) {
                        job.moveTo(JobStatus.QUEUED, clock.instant());
                    }
                    events.append(
                            job,
                            NewEvent.info(
                                            "Stopped after step " + result.step()
                                                    + " because its node stops; the job goes on on another one, or at the next start")
                                    .onceIn(fence, "stopped"));
                });
                yield Outcome.AGAIN;
            }
            case LOST -> throw new FenceLostException(fence);
            case NONE ->
                throw new IllegalStateException(
                        "The run stopped after step " + result.step() + " without being asked to");
        };
    }

    private Outcome end(Fence fence, RuntimeException failure, NodeSignals node) {
        Optional<StorageFullException> full = StorageFullException.behind(failure);
        if (full.isPresent()) {
            return pause(fence, String.valueOf(full.get().getMessage()));
        }
        if (DatabaseAway.isBehind(failure)) {
            throw failure;
        }
        Optional<BlobFileMissingException> missing = BlobFileMissingException.behind(failure);
        if (missing.isPresent()) { // also of a job that has not begun: the data may be back tomorrow
            return pause(
                    fence,
                    sentence(String.valueOf(missing.get().getMessage()))
                            + " Where it is lost for good, create the job anew.");
        }
        return switch (failure) {
            case TrainingFailedException refused ->
                pauseOrFail(fence, sentence(refused.error().message()), refused.error());
            case NonFiniteException nonFinite ->
                fail(fence, new JobError("non_finite", String.valueOf(nonFinite.getMessage()), null));
            case SelfCheckException wrong ->
                fail(
                        fence,
                        new JobError(
                                "self_check",
                                wrong.getMessage() + " A job with dpo4j.training.reference-cache.max-entries=0 computes"
                                        + " them anew; if that fails too, please report it.",
                                null));
            case UnknownModelException gone -> withoutModel(fence, "model_not_found", gone);
            case BrokenModelException broken -> withoutModel(fence, "model_unusable", broken);
            case ModelMemoryException noRoom when noRoom.temporary() -> throw noRoom;
            case ModelMemoryException noRoom -> withoutModel(fence, "model_unusable", noRoom);
            // The database refuses, and would again: whoever can mend that resumes the job.
            case NonTransientDataAccessException refusal
            when !node.shuttingDown() ->
                pause(
                        fence,
                        "The database refuses what the job writes: "
                                + refusal.getMostSpecificCause().getMessage() + ".");
            // The database is away or busy; the job itself is as good as before.
            case DataAccessException database -> throw database;
            case TransactionException database -> throw database;
            case RuntimeException interrupted
            when node.shuttingDown() -> {
                log.warn(
                        "Job {} was cut off by the end of the service and goes on at its next start",
                        fence.jobId(),
                        interrupted);
                yield Outcome.AGAIN;
            }
            case UncheckedIOException unreadable ->
                unreadable(fence, unreadable, unreadable.getMessage() + " (" + unreadable.getCause() + ")");
            case BlobCorruptException damaged -> unreadable(fence, damaged, String.valueOf(damaged.getMessage()));
            default -> {
                log.error("Job {} fails: its run ended with an error that is not its own", fence.jobId(), failure);
                yield fail(fence, internal(failure));
            }
        };
    }

    private Outcome withoutModel(Fence fence, String code, RuntimeException reason) {
        String message = String.valueOf(reason.getMessage());
        return pauseOrFail(fence, sentence(message) + " Put that right.", new JobError(code, message, "model"));
    }

    private Outcome unreadable(Fence fence, RuntimeException failure, String what) {
        log.error("Job {} stops: what it needs cannot be read or written", fence.jobId(), failure);
        return pauseOrFail(fence, sentence(what) + " Put that right.", internal(failure));
    }

    /**
     * A job that has a checkpoint waits: what is missing may be back tomorrow, and what has been trained so far must not be lost over it.
     * One that has not begun fails.
     *
     * @param reason what it waits for, and what to do
     * @param error what it fails with
     */
    private Outcome pauseOrFail(Fence fence, String reason, JobError error) {
        return checkpoints.newestManifest(fence.jobId()).isPresent() ? pause(fence, reason) : fail(fence, error);
    }

    private static JobError internal(RuntimeException failure) {
        return new JobError("internal_error", "The run ended with an error: " + failure, null);
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private Outcome fail(Fence fence, JobError error) {
        return conclude(fence, job -> {
            if (job.status().canBecome(JobStatus.FAILED)) {
                job.fail(error, clock.instant());
                metrics.endsAtCommit(JobStatus.FAILED);
            }
            events.append(
                    job, NewEvent.error("The job failed: " + error.message()).onceIn(fence, "failed"));
        });
    }

    private Outcome pause(Fence fence, String reason) {
        return conclude(fence, job -> {
            if (job.status().canBecome(JobStatus.PAUSED)) {
                job.moveTo(JobStatus.PAUSED, clock.instant());
            }
            events.append(
                    job,
                    NewEvent.error("The job is paused: %s POST /v1/fine_tuning/jobs/%s/resume lets it go on."
                                    .formatted(reason, fence.jobId()))
                            .onceIn(fence, "paused"));
        });
    }

    private Outcome lost(Fence fence) {
        return jobs.taken(fence) ? Outcome.TAKEN : Outcome.DONE;
    }

    private Outcome conclude(Fence fence, Consumer<JobRow> ending) {
        try {
            jobs.write(fence, ending);
        } catch (FenceLostException e) {
            log.info("Nothing to conclude: {}", e.getMessage());
            return lost(fence);
        }
        return Outcome.DONE;
    }

    /** What becomes of an execution. */
    enum Outcome {
        /** Nothing is left to do. */
        DONE,
        /** Run the job again as soon as possible. */
        AGAIN,
        /** Another node runs the job. */
        TAKEN
    }
}

package dev.dpo4j.job;

import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.Evaluations;
import dev.dpo4j.train.LabelMetrics;
import dev.dpo4j.train.PendingCheckpoint;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.ReferenceProgress;
import dev.dpo4j.train.StepReport;
import dev.dpo4j.train.TrainingListener;
import dev.dpo4j.train.TrainingPlan;
import dev.dpo4j.train.TrainingSnapshot;
import dev.dpo4j.train.TrainingWarning;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the news of one run into rows, under its fence, and wishes about the job into stop requests. For one run. */
final class JobRecorder implements TrainingListener {

    /** A reference pass is told in this many events, however long it is. */
    private static final int REFERENCE_EVENTS = 4;

    private final Fence fence;
    private final JobSpec spec;
    private final String fingerprint;
    private final Inputs inputs;
    private final FencedJobs jobs;
    private final JobEvents events;
    private final CheckpointStore checkpoints;
    private final NodeSignals node;
    private final JobMetrics metrics;
    private final Clock clock;

    private FinishEstimate estimate = new FinishEstimate(0);
    private ReferenceProgress reference = new ReferenceProgress(0, 0, 0);
    private @Nullable Validation validation;
    private StopReason stopReason = StopReason.NONE;

    JobRecorder(
            Fence fence,
            JobSpec spec,
            String fingerprint,
            Inputs inputs,
            FencedJobs jobs,
            JobEvents events,
            CheckpointStore checkpoints,
            NodeSignals node,
            JobMetrics metrics,
            Clock clock) {
        this.fence = fence;
        this.spec = spec;
        this.fingerprint = fingerprint;
        this.inputs = inputs;
        this.jobs = jobs;
        this.events = events;
        this.checkpoints = checkpoints;
        this.node = node;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Why the run was asked to stop, if it was. */
    StopReason stopReason() {
        return stopReason;
    }

    @Override
    public void onPlan(TrainingPlan plan) {
        estimate = new FinishEstimate(plan.totalSteps());
        jobs.write(fence, job -> {
            if (plan.firstStep() > 0) {
                events.append(
                        job,
                        NewEvent.info("Resumed from step %d of %d".formatted(plan.firstStep(), plan.totalSteps()))
                                .onceIn(fence, "resumed"));
            } else {
                events.append(
                        job,
                        NewEvent.info("Training started: %d preferences%s, %d steps an epoch, %d steps in all"
                                        .formatted(
                                                plan.preferences(),
                                                plan.validationPreferences() == 0
                                                        ? ""
                                                        : " and " + plan.validationPreferences() + " for validation",
                                                plan.stepsPerEpoch(),
                                                plan.totalSteps()))
                                .once("plan"));
            }
            if (plan.trainingCuts().any()) {
                events.append(
                        job, CutNews.of("training", plan.trainingCuts(), spec).once("lengths"));
            }
            if (plan.validationCuts().any()) {
                events.append(
                        job,
                        CutNews.of("validation", plan.validationCuts(), spec).once("lengths:validation"));
            }
        });
    }

    @Override
    public void onReference(ReferenceProgress progress) {
        metrics.reference(progress.computed() - reference.computed(), progress.cached() - reference.cached());
        int part = part(progress);
        if (part > part(reference)) {
            String message = "Reference log-probabilities: %d of %d preferences, %d from the cache"
                    .formatted(progress.done(), progress.total(), progress.cached());
            jobs.write(fence, job -> events.append(job, NewEvent.info(message).once("reference:" + part)));
        }
        reference = progress;
    }

    private static int part(ReferenceProgress progress) {
        return progress.total() == 0 ? 0 : (int) ((long) progress.done() * REFERENCE_EVENTS / progress.total());
    }

    @Override
    public void onStep(StepReport report) {
        String message = String.format(
                Locale.ROOT,
                "Step %d: training loss=%.4f",
                report.step(),
                report.metrics().loss());
        Optional<Instant> finish = estimate.at(report.step(), clock.instant());
        jobs.write(fence, job -> {
            job.trained(report.numTokens());
            finish.ifPresent(job::expectFinish);
            events.append(
                    job,
                    NewEvent.metrics(
                            report.step(),
                            message,
                            Figures.ofStep(report, spec.loss().looksAtMismatched())));
        });
        metrics.trained(report.work());
    }

    @Override
    public void onValidation(int step, double epoch, PreferenceMetrics metrics, @Nullable BestEvaluation best) {
        validation = new Validation(step, metrics);
        LabelMetrics labels = metrics.labels();
        String message = String.format(
                Locale.ROOT,
                "Validation after step %d: loss=%.4f, %s=%.4f",
                step,
                metrics.loss(),
                labels == null ? "accuracy" : "margin",
                labels == null ? metrics.rewardsAccuracies() : metrics.rewardsMargins());
        // Not of type metrics: a step has at most one of those, and its readers expect the training figures in it.
        jobs.write(fence, job -> {
            job.evaluated(best);
            events.append(
                    job,
                    NewEvent.info(message)
                            .with(Figures.ofValidation(
                                    step, epoch, metrics, spec.loss().looksAtMismatched()))
                            .once("validation:" + step));
        });
    }

    @Override
    public void onEarlyStop(int step, int totalSteps, Evaluations evaluations) {
        String metric = spec.hyperparameters().evaluation().selection().metric().evaluationName();
        BestEvaluation best = evaluations.best();
        String message = "Stopped early, after step %d of %d: %s has not improved in %d evaluations%s"
                .formatted(
                        step,
                        totalSteps,
                        metric,
                        evaluations.withoutImprovement(),
                        best == null
                                ? ""
                                : String.format(
                                        Locale.ROOT, "; its best was %.4f, after step %d", best.value(), best.step()));
        jobs.write(fence, job -> events.append(job, NewEvent.info(message).once("early_stop")));
    }

    @Override
    public void onWarning(TrainingWarning warning) {
        jobs.write(
                fence,
                job -> events.append(job, NewEvent.warn(warning.message()).once("warning:" + warning.about())));
    }

    @Override
    public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
        Map<String, Object> figures = figures(snapshot);
        int keep = spec.hyperparameters().saveTotalLimit();
        PendingCheckpoint pending = WriterThread.start(
                fence.jobId(),
                () -> metrics.checkpoint(() -> checkpoints.write(fence, snapshot, fingerprint, inputs, figures, keep)));
        return new Timed(pending, metrics);
    }

    /** Tells the metrics how long the run waits for a checkpoint. */
    private record Timed(PendingCheckpoint pending, JobMetrics metrics) implements PendingCheckpoint {

        @Override
        public void await() {
            metrics.standstill(() -> {
                pending.await();
                return true;
            });
        }

        @Override
        public boolean await(Duration atMost) {
            return metrics.standstill(() -> pending.await(atMost));
        }
    }

    /** Only what was measured at the very step: the last report may be of an earlier one, and so may the last validation. */
    private Map<String, Object> figures(TrainingSnapshot snapshot) {
        int step = snapshot.progress().step();
        StepReport report = snapshot.lastReport();
        return Figures.ofCheckpoint(
                step,
                report != null && report.step() == step ? report : null,
                validation != null && validation.step == step ? validation.metrics : null);
    }

    @Override
    public StopRequest stopRequested(int step) {
        stopReason = reasonToStop();
        return switch (stopReason) {
            case NONE -> StopRequest.NONE;
            case PAUSED, SHUTDOWN -> StopRequest.AFTER_CHECKPOINT;
            case LOST -> StopRequest.NOW;
        };
    }

    private StopReason reasonToStop() {
        Optional<JobStatus> status = jobs.status(fence);
        if (status.isEmpty()) {
            return StopReason.LOST;
        }
        if (status.get() != JobStatus.RUNNING) {
            return StopReason.PAUSED;
        }
        return node.shuttingDown() ? StopReason.SHUTDOWN : StopReason.NONE;
    }

    /** What a validation found after {@code step} steps. */
    private record Validation(int step, PreferenceMetrics metrics) {}

    /** Why a run is asked to stop. */
    enum StopReason {
        NONE,
        /** The job is no longer to run, but still ours. */
        PAUSED,
        /** The service ends; the job goes on elsewhere, or at its next start. */
        SHUTDOWN,
        /** Cancelled, or somebody else's. */
        LOST
    }
}

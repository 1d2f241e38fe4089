package dev.dpo4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps what a run says. */
class RecordingListener implements TrainingListener {

    final List<StepReport> reports = new ArrayList<>();
    final List<PreferenceMetrics> validations = new ArrayList<>();
    final List<TrainingWarning> warnings = new ArrayList<>();
    final List<Integer> validatedAfter = new ArrayList<>();
    final List<Integer> earlyStops = new ArrayList<>();
    ReferenceProgress reference = new ReferenceProgress(0, 0, 0);
    Consumer<TrainingSnapshot> onCheckpoint = snapshot -> {}; // as late as a checkpoint can be written
    int stopAfter = Integer.MAX_VALUE;
    int questions;
    int stopAtQuestion = Integer.MAX_VALUE; // from 1

    @Override
    public void onPlan(TrainingPlan plan) {}

    @Override
    public void onReference(ReferenceProgress progress) {
        reference = progress;
    }

    @Override
    public void onStep(StepReport report) {
        reports.add(report);
    }

    @Override
    public void onValidation(int step, double epoch, PreferenceMetrics metrics, @Nullable BestEvaluation best) {
        validations.add(metrics);
        validatedAfter.add(step);
    }

    @Override
    public void onEarlyStop(int step, int totalSteps, Evaluations evaluations) {
        earlyStops.add(step);
    }

    @Override
    public void onWarning(TrainingWarning warning) {
        warnings.add(warning);
    }

    @Override
    public PendingCheckpoint onCheckpoint(TrainingSnapshot snapshot) {
        return () -> onCheckpoint.accept(snapshot);
    }

    @Override
    public StopRequest stopRequested(int step) {
        questions++;
        return step >= stopAfter || questions >= stopAtQuestion ? StopRequest.AFTER_CHECKPOINT : StopRequest.NONE;
    }
}

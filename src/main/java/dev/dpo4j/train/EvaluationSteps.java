package dev.dpo4j.train;

/** After which optimizer steps the validation data is evaluated: regularly, and after the last, as transformers does it. */
final class EvaluationSteps {

    private final boolean any;
    private final int every;
    private final int last;

    EvaluationSteps(TokenizedData data, Schedule schedule, Evaluation evaluation) {
        Amount steps = evaluation.steps();
        this.any = !data.validation().isEmpty();
        this.every = steps == null ? schedule.stepsPerEpoch() : steps.of(schedule.totalSteps());
        this.last = schedule.totalSteps();
    }

    /** Whether it is evaluated after {@code step} steps, from 1. */
    boolean dueAfter(int step) {
        return any && (step % every == 0 || step == last);
    }

    /** After how many steps it is, in a run that does not stop early. */
    int count() {
        return any ? Math.ceilDiv(last, every) : 0;
    }
}

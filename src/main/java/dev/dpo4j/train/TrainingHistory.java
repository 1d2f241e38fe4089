package dev.dpo4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a run for {@link WarningSign}s to be seen in, and which have been told. Kept in checkpoints, so that a resumed run
 * sees what it would have seen.
 *
 * @param first the first {@link #FIRST} steps
 * @param recent the last {@link #RECENT} steps, oldest first
 * @param evaluation the validations so far; null: none
 * @param told signs that need not be told again
 */
public record TrainingHistory(
        List<Step> first, List<Step> recent, @Nullable Evaluation evaluation, List<WarningSign> told) {

    /** Steps that make the start: a batch or two say too little. */
    static final int FIRST = 5;

    /** Steps that make the present: two halves of ten, each a mean that one odd batch does not rule. */
    static final int RECENT = 20;

    /** Of a run that has not begun. */
    public static final TrainingHistory NONE = new TrainingHistory(List.of(), List.of(), null, List.of());

    /**
     * One optimizer step.
     *
     * @param chosen mean log-probability of its chosen answers under the policy less that under the reference, in nats
     * @param margin mean reward margin
     * @param gradNorm before clipping
     */
    public record Step(int step, double loss, double chosen, double margin, double accuracy, double gradNorm) {}

    /**
     * The validations.
     *
     * @param best the lowest loss
     * @param trainingAtBest the training loss of that time; null: no step had been taken
     * @param latest the newest loss
     */
    public record Evaluation(double best, @Nullable Double trainingAtBest, double latest) {}

    public TrainingHistory {
        first = List.copyOf(first);
        recent = List.copyOf(recent);
        told = List.copyOf(told);
    }

    TrainingHistory plus(Step step) {
        List<Step> last = new ArrayList<>(recent);
        last.add(step);
        return new TrainingHistory(
                first.size() < FIRST
                        ? Stream.concat(first.stream(), Stream.of(step)).toList()
                        : first,
                last.subList(Math.max(0, last.size() - RECENT), last.size()),
                evaluation,
                told);
    }

    TrainingHistory plusEvaluation(double loss) {
        Double training = recent.isEmpty() ? null : mean(recent, Step::loss);
        Evaluation next = evaluation == null || loss < evaluation.best
                ? new Evaluation(loss, training, loss)
                : new Evaluation(evaluation.best, evaluation.trainingAtBest, loss);
        return new TrainingHistory(first, recent, next, told);
    }

    TrainingHistory plusTold(WarningSign sign) {
        return new TrainingHistory(
                first,
                recent,
                evaluation,
                Stream.concat(told.stream(), Stream.of(sign)).toList());
    }

    /** Whether the present is whole and has nothing of the start in it. */
    boolean settled() {
        return recent.size() == RECENT
                && recent.getFirst().step() > first.getLast().step();
    }

    /** The older half of the recent steps. */
    List<Step> before() {
        return recent.subList(0, recent.size() / 2);
    }

    /** The newer half. */
    List<Step> now() {
        return recent.subList(recent.size() / 2, recent.size());
    }

    static double mean(List<Step> steps, ToDoubleFunction<Step> figure) {
        return steps.stream().mapToDouble(figure).average().orElseThrow();
    }

    static double medianNorm(List<Step> steps) {
        double[] norms = steps.stream().mapToDouble(Step::gradNorm).sorted().toArray();
        return norms[norms.length / 2];
    }

    /** The training loss when the validation loss was lowest. */
    double trainingAtBest() {
        Double known = Objects.requireNonNull(evaluation, "no validation").trainingAtBest;
        return known == null ? mean(first, Step::loss) : known;
    }
}

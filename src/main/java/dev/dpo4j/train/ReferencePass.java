package dev.dpo4j.train;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaModel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the frozen reference says of each preference, found before the first step: from what is known already, by the reference's own
 * forward passes, or from the policy's while it is the reference.
 *
 * <p>A policy that is its own reference does this for its first step and its first validation with their own passes, where the sums are
 * not known. Those that are known may come from other batches, of a run with another seed or batch size, and differ in their last bits;
 * so in these passes margins are taken from the policy's own sums, and are exactly 0, and what is known counts from then on.
 */
final class ReferencePass {

    private final LlamaModel policy;
    private final @Nullable LlamaModel reference;
    private final LlamaModel model;
    private final LlamaModel frozen;
    private final KnownReference known;
    private final Summed summed;
    private final Batches batches;
    private final Schedule schedule;

    /**
     * A pass over a run's data.
     *
     * @param reference null: the policy, as it is before its first step
     * @param frozen the reference without what is trained, where there is such a model: the base under a fresh adapter
     * @param summed what is to be known of each preference
     */
    ReferencePass(
            LlamaModel policy,
            @Nullable LlamaModel reference,
            LlamaModel frozen,
            KnownReference known,
            Summed summed,
            Batches batches,
            Schedule schedule) {
        this.policy = policy;
        this.reference = reference;
        this.frozen = frozen;
        this.model = reference == null ? policy : reference;
        this.known = known;
        this.summed = summed;
        this.batches = batches;
        this.schedule = schedule;
    }

    /**
     * Compares the policy with the reference before anything is taken from it: where a first pass stands for both, that pass has nothing to
     * be compared with. The shortest preference of the first step will do, which costs a fraction of the step. A policy without an
     * adapter, of which nothing is known, is not compared: it is the reference, weight by weight.
     *
     * @throws SelfCheckException when they do not say the same; nothing was stored
     */
    void check(StartCheck check, Activations activations) {
        PreferenceBatch shortest = schedule.microSteps(0).stream()
                .flatMap(rows -> batches.training(rows).stream())
                .flatMap(batch -> batch.preferences().stream())
                .map(preference -> PreferenceBatch.of(List.of(preference)))
                .min(Comparator.comparingInt(batch -> batch.tree().size()))
                .orElseThrow();
        Optional<double[][]> found = known.find(shortest, summed);
        if (found.isPresent() ? check.inTraining() : frozen == policy) { // what is known is compared by the step
            return;
        }
        double[][] ofReference = found.orElseGet(() -> sums(shortest, frozen, activations));
        check.require("training", shortest, sums(shortest, policy, activations), ofReference);
    }

    /**
     * Fills in the state's reference log-probabilities, or leaves them to the policy.
     *
     * @param betweenBatches throws when the run is to end
     */
    void run(TrainingState state, TrainingListener listener, Runnable betweenBatches, Activations activations) {
        int steps =
                Math.min(schedule.stepsPerEpoch(), schedule.totalSteps()); // max_steps may end within the first epoch
        List<List<Integer>> validation = batches.validationRows();
        int total = validation.stream().mapToInt(List::size).sum();
        for (int step = 0; step < steps; step++) {
            total += schedule.microSteps(step).stream().mapToInt(List::size).sum();
        }
        ReferenceProgress progress = new ReferenceProgress(0, 0, total);
        listener.onReference(progress);
        boolean likePolicy = reference == null && state.dropout() == null; // the reference never drops anything
        for (int step = 0; step < steps; step++) {
            boolean leave = likePolicy && step == 0;
            for (List<Integer> rows : schedule.microSteps(step)) {
                ReferenceLogProbs to = state.trainingReference();
                progress = fill(to, batches.training(rows), rows, leave, progress, betweenBatches, activations);
                listener.onReference(progress);
            }
        }
        for (List<Integer> rows : validation) {
            ReferenceLogProbs to = state.validationReference();
            boolean leave = reference == null;
            progress = fill(to, batches.validation(rows), rows, leave, progress, betweenBatches, activations);
            listener.onReference(progress);
        }
    }

    /** What the policy computed is the reference's too, where that was left to it. */
    void takeFromPolicyIfLeft(BatchLogProbs ofPolicy, List<Integer> rows, ReferenceLogProbs to) {
        if (to.leftToPolicy(rows.getFirst())) {
            set(to, rows, known.store(ofPolicy.batch(), summed, ofPolicy.sums(summed)));
        }
    }

    private ReferenceProgress fill(
            ReferenceLogProbs to,
            List<PreferenceBatch> batchesOfRows,
            List<Integer> rows,
            boolean leaveToPolicy,
            ReferenceProgress before,
            Runnable betweenBatches,
            Activations activations) {
        ReferenceProgress progress = before;
        int next = 0;
        for (PreferenceBatch batch : batchesOfRows) {
            betweenBatches.run();
            int size = batch.preferences().size();
            List<Integer> rowsOfBatch = rows.subList(next, next += size);
            Optional<double[][]> found = known.find(batch, summed);
            if (found.isPresent()) {
                set(to, rowsOfBatch, found.get());
            } else if (leaveToPolicy) {
                rowsOfBatch.forEach(to::leaveToPolicy);
            } else {
                set(to, rowsOfBatch, known.store(batch, summed, sums(batch, model, activations)));
            }
            progress = found.isPresent() ? progress.plusCached(size) : progress.plusComputed(size);
        }
        return progress;
    }

    private double[][] sums(PreferenceBatch batch, LlamaModel ofModel, Activations activations) {
        return BatchLogProbs.of(batch, ofModel, activations).sums(summed);
    }

    private static void set(ReferenceLogProbs to, List<Integer> rows, double[][] sums) {
        for (int i = 0; i < sums.length; i++) {
            to.set(rows.get(i), sums[i]);
        }
    }
}

package dev.dpo4j.train;

import dev.dpo4j.learningrate.LearningRate;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.tensor.Compute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks once, at an update that must move every trained tensor, whether it does: a tensor that no gradient reaches, or whose steps are
 * smaller than its float32 numbers can show, stays as it was without a word otherwise. Weight decay moves also what no gradient reaches,
 * so the first moments are looked at too: they are 0 as long as all gradients were.
 */
final class Movement {

    /** At a share of the peak rate from which a step is meant: the first of a warm-up has rate 0. */
    private static final double MEANT = 0.5;

    private final Compute compute;
    private final List<NamedTensor> tensors;
    private final List<NamedTensor> firstMoments;
    private final int lookAt;

    /**
     * Whatever a run's schedule says, the same update is looked at, also by a run that is resumed.
     *
     * @param firstMoments of the gradients of each of the tensors
     * @param later whether to look at the second meant update: an adapter's B begins at 0, so that no gradient reaches A before B has moved
     */
    Movement(
            Compute compute,
            List<NamedTensor> tensors,
            List<NamedTensor> firstMoments,
            LearningRate rate,
            int totalSteps,
            boolean later) {
        this.compute = compute;
        this.tensors = tensors;
        this.firstMoments = firstMoments;
        int meant = 0;
        int found = -1;
        for (int step = 0; step < totalSteps && found < 0; step++) {
            if (rate.at(step) > 0 && rate.at(step) >= MEANT * rate.peak() && ++meant == (later ? 2 : 1)) {
                found = step;
            }
        }
        this.lookAt = found;
    }

    /**
     * Makes an update. On a thread that has the machine.
     *
     * @param step counted from 0
     */
    Optional<TrainingWarning> through(int step, Runnable update) {
        if (step != lookAt) {
            update.run();
            return Optional.empty();
        }
        long[] before = digests(tensors);
        update.run();
        long[] after = digests(tensors);
        boolean[] reached = new boolean[firstMoments.size()];
        compute.parallel(reached.length, (tensor, worker) -> reached[tensor] = holdsAny(firstMoments.get(tensor)));
        List<String> unmoved = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            if (before[i] == after[i] || !reached[i]) {
                unmoved.add(tensors.get(i).name());
            }
        }
        return unmoved.isEmpty()
                ? Optional.empty()
                : Optional.of(new TrainingWarning(
                        "unmoved",
                        ("Step %d did not change %d of the %d trained tensors: %s. Either no gradient reaches them (weight decay may), or the learning rate is too"
                                        + " small for float32 to show; raise it if they are to be trained.")
                                .formatted(step + 1, unmoved.size(), tensors.size(), String.join(", ", unmoved))));
    }

    private long[] digests(List<NamedTensor> of) {
        long[] digests = new long[of.size()];
        compute.parallel(digests.length, (tensor, worker) -> digests[tensor] = digest(of.get(tensor)));
        return digests;
    }

    /** Whether a number of it is not 0. */
    private static boolean holdsAny(NamedTensor tensor) {
        for (long i = 0; i < tensor.size(); i++) {
            if (tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Differs whenever one number alone differs: 31 is odd, and so has an inverse. Four sums of two numbers each go side by side, since each
     * waits for its own last product.
     */
    private static long digest(NamedTensor tensor) {
        MemorySegment data = tensor.data();
        long bytes = data.byteSize();
        long d0 = 0;
        long d1 = 0;
        long d2 = 0;
        long d3 = 0;
        long at = 0;
        for (; at <= bytes - 4 * Long.BYTES; at += 4 * Long.BYTES) {
            d0 = 31 * d0 + data.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            d1 = 31 * d1 + data.get(ValueLayout.JAVA_LONG_UNALIGNED, at + Long.BYTES);
            d2 = 31 * d2 + data.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 2 * Long.BYTES);
            d3 = 31 * d3 + data.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 3 * Long.BYTES);
        }
        long digest = ((31 * d0 + d1) * 31 + d2) * 31 + d3;
        for (; at < bytes; at += Float.BYTES) {
            digest = 31 * digest + data.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        }
        return digest;
    }
}

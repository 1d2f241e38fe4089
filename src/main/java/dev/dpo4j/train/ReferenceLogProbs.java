package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;

/**
 * The answers' summed log-probabilities under the frozen reference, computed once before training and saved with every checkpoint. A
 * sum is a double; files hold float32: three floats keep all its bits.
 */
final class ReferenceLogProbs {

    private static final int PARTS = 3;

    private final int[] firstAnswer; // of each preference
    private final int answers;
    private final NamedTensor tensor; // (answers, 3)
    private final BitSet withPolicy = new BitSet();

    /** Room for what is summed of the given preferences; unset values are 0. */
    ReferenceLogProbs(String name, List<TokenizedPreference> preferences, Summed summed, Arena arena) {
        firstAnswer = new int[preferences.size()];
        int next = 0;
        for (int p = 0; p < firstAnswer.length; p++) {
            firstAnswer[p] = next;
            next += summed.spans(preferences.get(p)).size();
        }
        answers = next;
        MemorySegment data = arena.allocate((long) answers * PARTS * Float.BYTES, Float.BYTES);
        tensor = new NamedTensor(name, new long[] {answers, PARTS}, data);
    }

    /** The values as they are saved. */
    NamedTensor tensor() {
        return tensor;
    }

    /** Leaves a preference's sums to the first pass of a policy that still is the reference. */
    void leaveToPolicy(int preference) {
        withPolicy.set(preference);
    }

    /** Whether a preference's sums are still left to the policy. */
    boolean leftToPolicy(int preference) {
        return withPolicy.get(preference);
    }

    /** Sets a preference's sums. */
    void set(int preference, double[] sums) {
        withPolicy.clear(preference);
        for (int a = 0; a < sums.length; a++) {
            double rest = sums[a];
            for (int part = 0; part < PARTS; part++) {
                float value = (float) rest;
                tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, index(preference, a, part), value);
                rest -= value;
            }
        }
    }

    /** A preference's sums. */
    double[] get(int preference) {
        int end = preference + 1 < firstAnswer.length ? firstAnswer[preference + 1] : answers;
        double[] sums = new double[end - firstAnswer[preference]];
        for (int a = 0; a < sums.length; a++) {
            for (int part = PARTS - 1; part >= 0; part--) {
                sums[a] += tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, index(preference, a, part));
            }
        }
        return sums;
    }

    private long index(int preference, int answer, int part) {
        return (long) (firstAnswer[preference] + answer) * PARTS + part;
    }
}

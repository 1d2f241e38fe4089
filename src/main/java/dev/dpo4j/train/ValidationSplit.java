package dev.dpo4j.train;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which rows are held out of the training data: whole groups in a seeded order, each as long as it leaves the amount that is wanted
 * unexceeded. A group is never on both sides, so a large one may leave the split smaller than wanted.
 */
public final class ValidationSplit {

    private ValidationSplit() {}

    /**
     * The rows held out, counted from 0.
     *
     * @param groups of each row the number of its group, from 0 without gaps
     * @param amount how many rows, or their share, are wanted
     * @param seed decides, with the groups alone, which they are
     */
    public static BitSet heldOut(int[] groups, Amount amount, long seed) {
        int wanted = amount.of(groups.length);
        int[] sizes = new int[Arrays.stream(groups).max().orElse(-1) + 1];
        for (int group : groups) {
            sizes[group]++;
        }
        BitSet chosen = new BitSet();
        int rows = 0;
        for (int group : EpochOrder.of(sizes.length, true, seed, 0)) {
            if (rows + sizes[group] <= wanted) {
                chosen.set(group);
                rows += sizes[group];
            }
        }
        BitSet heldOut = new BitSet();
        for (int row = 0; row < groups.length; row++) {
            heldOut.set(row, chosen.get(groups[row]));
        }
        return heldOut;
    }
}

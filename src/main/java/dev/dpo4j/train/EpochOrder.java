package dev.dpo4j.train;

import dev.dpo4j.llama.TorchRandom;
import java.util.stream.IntStream;

/** The order of the data in an epoch: Fisher-Yates with torch's generator seeded by seed + epoch, so that it is TRL's order. */
final class EpochOrder {

    private EpochOrder() {}

    /** A permutation of 0 to n - 1; the identity without shuffling. */
    static int[] of(int n, boolean shuffle, long seed, int epoch) {
        int[] order = IntStream.range(0, n).toArray();
        if (shuffle) {
            TorchRandom random = new TorchRandom(seed + epoch);
            for (int i = 0; i < n - 1; i++) {
                int j = i + (int) (Integer.toUnsignedLong(random.nextInt()) % (n - i));
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }
}

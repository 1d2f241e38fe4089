package dev.dpo4j.llama;

import java.util.Set;

/** Continues texts without chance. */
final class Greedy {

    private Greedy() {}

    /** Always the likeliest token. */
    static Sampling sampling(int maxTokens, Set<Integer> stopTokenIds) {
        return new Sampling(maxTokens, 0, 1, 0, stopTokenIds);
    }
}

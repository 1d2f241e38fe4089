package dev.dpo4j.llama;

import java.util.Set;

/**
 * How a text is continued.
 *
 * @param maxTokens the most tokens to add, at least 1
 * @param temperature logits are divided by it; 0: always the likeliest token, the first of equals
 * @param topP only the likeliest tokens whose probabilities together reach it are drawn from (Holtzman et al., arXiv 1904.09751);
 *     0: the likeliest alone, 1: all tokens
 * @param seed of the random numbers; the same seed on the same model and machine gives the same tokens
 * @param stopTokenIds tokens that end the text
 */
public record Sampling(int maxTokens, double temperature, double topP, long seed, Set<Integer> stopTokenIds) {

    public Sampling {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens must be at least 1, not " + maxTokens);
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be a number from 0, not " + temperature);
        }
        if (!(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p must be between 0 and 1, not " + topP);
        }
        stopTokenIds = Set.copyOf(stopTokenIds);
    }
}

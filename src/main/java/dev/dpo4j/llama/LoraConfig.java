package dev.dpo4j.llama;

import java.util.Set;

/**
 * A low-rank adapter: {@code y = W x + (alpha / r) B (A x)} on each target (Hu et al., arXiv 2106.09685).
 *
 * @param r the rank, at least 1
 * @param alpha the scale's numerator, PEFT's {@code lora_alpha}
 * @param targetModules which linear layers: any of {@link #LINEAR_LAYERS}
 */
public record LoraConfig(int r, double alpha, Set<String> targetModules) {

    /** The linear layers of a Llama block, by their Hugging Face names. */
    public static final Set<String> LINEAR_LAYERS =
            Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    public LoraConfig {
        if (r < 1) {
            throw new IllegalArgumentException("r must be at least 1, not " + r);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("lora_alpha must be a positive number, not " + alpha);
        }
        targetModules = Set.copyOf(targetModules);
        if (targetModules.isEmpty() || !LINEAR_LAYERS.containsAll(targetModules)) {
            throw new IllegalArgumentException("target_modules must name at least one of "
                    + LINEAR_LAYERS.stream().sorted().toList() + ", not "
                    + targetModules.stream().sorted().toList());
        }
    }

    /** The number of its weights on a model. */
    public long parameters(LlamaConfig config) {
        int c = config.hiddenSize();
        int f = config.intermediateSize();
        return config.layers()
                * targetModules.stream()
                        .mapToLong(target -> switch (target) {
                            case "q_proj", "o_proj" -> c + config.queryWidth();
                            case "k_proj", "v_proj" -> c + config.keyWidth();
                            default -> c + f;
                        })
                        .sum()
                * r;
    }

    /** What {@code B A x} is multiplied with. */
    public double scale() {
        return alpha / r;
    }
}

package dev.dpo4j.llama;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A low-rank adapter: {@code y = W x + scale · B (A x)} on each target (Hu et al., arXiv 2106.09685), with PEFT's options. With DoRA each
 * row of {@code W + scale · B A} has a length of its own, which is trained too (Liu et al., arXiv 2402.09353).
 *
 * @param r the rank, at least 1
 * @param alpha the scale's numerator, PEFT's {@code lora_alpha}
 * @param targetModules which linear layers: their names, any of {@link #LINEAR_LAYERS}, or ends of paths that end in one
 * @param useRslora whether the scale is alpha / √r (Kalajdzievski, arXiv 2312.03732) instead of alpha / r
 * @param rankPattern other ranks by {@linkplain ModulePattern#ofPathEnd pattern}; the first that matches counts
 * @param alphaPattern other alphas by pattern, likewise
 * @param dropout with which probability a value that enters the adapter is dropped in training, 0 to below 1
 * @param useDora whether it is a DoRA; of records from before there was one, it is not
 */
public record LoraConfig(
        int r,
        double alpha,
        Set<String> targetModules,
        boolean useRslora,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        double dropout,
        boolean useDora) {

    /** The linear layers of a layer, by their Hugging Face names. */
    public static final Set<String> LINEAR_LAYERS =
            Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    /** Fills in what records from before there was a choice do not hold. */
    public LoraConfig {
        requireRank("r", r);
        requireAlpha("lora_alpha", alpha);
        targetModules = Set.copyOf(targetModules);
        if (targetModules.isEmpty() || !targetModules.stream().allMatch(LoraConfig::endsInLinearLayer)) {
            throw new IllegalArgumentException("target_modules must name at least one of "
                    + LINEAR_LAYERS.stream().sorted().toList() + ", not "
                    + targetModules.stream().sorted().toList());
        }
        rankPattern = ordered(Objects.requireNonNullElse(rankPattern, Map.of()));
        alphaPattern = ordered(Objects.requireNonNullElse(alphaPattern, Map.of()));
        rankPattern.forEach((pattern, rank) -> requireRank("rank_pattern's \"" + pattern + "\"", rank));
        alphaPattern.forEach((pattern, value) -> requireAlpha("alpha_pattern's \"" + pattern + "\"", value));
        requirePatterns("rank_pattern", rankPattern);
        requirePatterns("alpha_pattern", alphaPattern);
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora_dropout must be at least 0 and below 1, not " + dropout);
        }
    }

    /** Without dropout, and no DoRA. */
    public LoraConfig(
            int r,
            double alpha,
            Set<String> targetModules,
            boolean useRslora,
            Map<String, Integer> rankPattern,
            Map<String, Double> alphaPattern) {
        this(r, alpha, targetModules, useRslora, rankPattern, alphaPattern, 0, false);
    }

    /** The same, for a training in which nothing is dropped. */
    public LoraConfig withoutDropout() {
        return new LoraConfig(r, alpha, targetModules, useRslora, rankPattern, alphaPattern, 0, useDora);
    }

    /** One rank and one alpha for all targets. */
    public LoraConfig(int r, double alpha, Set<String> targetModules) {
        this(r, alpha, targetModules, false, Map.of(), Map.of());
    }

    /** The linear layers of a model that it adapts, in the model's order. */
    public List<AdaptedLayer> layers(LlamaConfig config) {
        Function<String, Integer> rank = byPath(rankPattern, r);
        Function<String, Double> numerator = byPath(alphaPattern, alpha);
        return LinearLayer.of(config).stream()
                .filter(layer -> adapts(layer.path()))
                .map(layer -> {
                    int ownRank = rank.apply(layer.path());
                    double denominator = useRslora ? Math.sqrt(ownRank) : ownRank;
                    return new AdaptedLayer(layer, ownRank, numerator.apply(layer.path()) / denominator, useDora);
                })
                .toList();
    }

    /** The largest rank on a model. */
    public int largestRank(LlamaConfig config) {
        return layers(config).stream().mapToInt(AdaptedLayer::r).max().orElse(0);
    }

    /** The number of its weights on a model. */
    public long parameters(LlamaConfig config) {
        return layers(config).stream().mapToLong(AdaptedLayer::parameters).sum();
    }

    /**
     * Bytes that it takes on a model besides its weights and the activations: those of the rows that DoRA measures.
     *
     * @param threads of the compute that will run it
     */
    public long scratchBytes(LlamaConfig config, int threads) {
        return useDora ? DoraNorms.scratchBytes(layers(config), threads) : 0;
    }

    /** A target is a path, or what follows one of its dots. */
    private boolean adapts(String path) {
        return targetModules.stream().anyMatch(target -> path.equals(target) || path.endsWith("." + target));
    }

    private static <V> Function<String, V> byPath(Map<String, V> values, V otherwise) {
        Map<ModulePattern, V> patterns = patterns(values);
        return path -> patterns.entrySet().stream()
                .filter(entry -> entry.getKey().matches(path))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }

    private static <V> Map<ModulePattern, V> patterns(Map<String, V> values) {
        Map<ModulePattern, V> patterns = new LinkedHashMap<>();
        values.forEach((expression, value) -> patterns.put(ModulePattern.ofPathEnd(expression), value));
        return patterns;
    }

    private static <V> Map<String, V> ordered(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    private static boolean endsInLinearLayer(String target) {
        return LINEAR_LAYERS.contains(target.substring(target.lastIndexOf('.') + 1));
    }

    private static void requirePatterns(String name, Map<String, ?> values) {
        try {
            patterns(values);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static void requireRank(String name, int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + rank);
        }
    }

    private static void requireAlpha(String name, double alpha) {
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException(name + " must be a positive number, not " + alpha);
        }
    }
}

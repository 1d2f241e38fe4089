package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A cache seen through one reference model's keys, batch by batch. A batch is taken from it whole or not at all: its sums then come
 * from the batches in which they were computed first, and what is still to be computed is computed in the batches of a run without a
 * cache. So a run that is cut off and begun again sees the very numbers it saw before.
 *
 * @param cache holds the sums
 * @param keys names them
 */
public record KnownReference(ReferenceCache cache, ReferenceKeys keys) {

    /** Nothing is known, and nothing will be. */
    public static final KnownReference NOTHING = new KnownReference(ReferenceCache.NONE, new ReferenceKeys("", ""));

    /** The sums of each of a batch's preferences; empty unless all of them are known. */
    Optional<double[][]> find(PreferenceBatch batch, Summed summed) {
        List<List<String>> names = names(batch, summed);
        Map<String, Double> known =
                cache.find(names.stream().flatMap(List::stream).distinct().toList());
        boolean all = names.stream().flatMap(List::stream).allMatch(known::containsKey);
        return all ? Optional.of(sums(names, known)) : Optional.empty();
    }

    /**
     * Stores what was computed.
     *
     * @param computed the sums of a batch's preferences
     * @return the sums to use: where somebody stored others before, of the same answer computed in another batch, those
     */
    double[][] store(PreferenceBatch batch, Summed summed, double[][] computed) {
        if (!Arrays.stream(computed).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            return computed; // the run will fail over it, and must again
        }
        List<List<String>> names = names(batch, summed);
        Map<String, Double> sums = new LinkedHashMap<>();
        for (int p = 0; p < computed.length; p++) {
            for (int a = 0; a < computed[p].length; a++) {
                sums.putIfAbsent(names.get(p).get(a), computed[p][a]);
            }
        }
        return sums(names, cache.store(sums));
    }

    private List<List<String>> names(PreferenceBatch batch, Summed summed) {
        return batch.preferences().stream()
                .map(preference -> names(preference, summed))
                .toList();
    }

    /** An answer's beginning has the name of an answer that ends there: its sum is the same. */
    private List<String> names(TokenizedPreference preference, Summed summed) {
        return summed.texts(preference).stream()
                .map(text -> keys.of(preference.prompt(), text))
                .toList();
    }

    private static double[][] sums(List<List<String>> names, Map<String, Double> known) {
        return names.stream()
                .map(answers -> answers.stream()
                        .mapToDouble(name -> Objects.requireNonNull(known.get(name), name))
                        .toArray())
                .toArray(double[][]::new);
    }
}

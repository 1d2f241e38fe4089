package dev.dpo4j.catalog;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compares the tensors that a model needs with those that its files have. */
final class TensorShapes {

    private static final int NAMES_SHOWN = 5;

    private TensorShapes() {}

    /**
     * Every tensor is there, in its shape, and no other; the exception names those that are wrong.
     *
     * @param config the file that says which are expected
     */
    static void requireEqual(String config, Map<String, long[]> expected, Map<String, long[]> found)
            throws IOException {
        List<String> missing = new TreeSet<>(expected.keySet())
                .stream().filter(name -> !found.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new IOException("its weights lack " + names(missing));
        }
        List<String> unknown = new TreeSet<>(found.keySet())
                .stream().filter(name -> !expected.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw new IOException("its weights hold what a model of its " + config + " has not: " + names(unknown));
        }
        for (Map.Entry<String, long[]> entry : expected.entrySet()) {
            long[] shape = found.get(entry.getKey());
            if (!Arrays.equals(entry.getValue(), shape)) {
                throw new IOException("tensor \"" + entry.getKey() + "\" has shape " + Arrays.toString(shape) + ", its "
                        + config + " makes it " + Arrays.toString(entry.getValue()));
            }
        }
    }

    private static String names(List<String> names) {
        List<String> shown = names.stream()
                .limit(NAMES_SHOWN)
                .map(name -> "\"" + name + "\"")
                .toList();
        int rest = names.size() - shown.size();
        return String.join(", ", shown) + (rest > 0 ? " and " + rest + " more" : "");
    }
}

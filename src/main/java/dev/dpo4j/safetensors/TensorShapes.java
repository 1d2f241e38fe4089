package dev.dpo4j.safetensors;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compares the tensors that are wanted of files with those that they have. */
public final class TensorShapes {

    private static final int NAMES_SHOWN = 5;

    private TensorShapes() {}

    /**
     * The shapes of a file's tensors, by name.
     *
     * @throws IOException if one of them is of a type that is not read
     */
    public static Map<String, long[]> of(SafetensorsHeader header) throws IOException {
        Map<String, long[]> shapes = new HashMap<>();
        for (TensorInfo tensor : header.tensors()) {
            if (!tensor.type().readable()) {
                throw new IOException("tensor \"" + tensor.name() + "\" has dtype " + tensor.type()
                        + ": only F32, F16 and BF16 are supported");
            }
            shapes.put(tensor.name(), tensor.shape());
        }
        return shapes;
    }

    /**
     * Every tensor is there, in its shape, and no other; the exception names those that are wrong.
     *
     * @param config what says which are expected, such as a file
     */
    public static void requireEqual(String config, Map<String, long[]> expected, Map<String, long[]> found)
            throws WrongTensorsException {
        List<String> missing = new TreeSet<>(expected.keySet())
                .stream().filter(name -> !found.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new WrongTensorsException("its weights lack " + names(missing));
        }
        List<String> unknown = new TreeSet<>(found.keySet())
                .stream().filter(name -> !expected.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw new WrongTensorsException(
                    "its weights hold what a model of its " + config + " has not: " + names(unknown));
        }
        for (Map.Entry<String, long[]> entry : expected.entrySet()) {
            long[] shape = found.get(entry.getKey());
            if (!Arrays.equals(entry.getValue(), shape)) {
                throw new WrongTensorsException("tensor \"" + entry.getKey() + "\" has shape " + Arrays.toString(shape)
                        + ", its " + config + " makes it " + Arrays.toString(entry.getValue()));
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

package dev.dpo4j.llama;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A linear layer with an adapter on it: {@code y = W x + scale · B (A x)}, with DoRA times {@code m / ‖W + scale · B A‖} row by row.
 *
 * @param linear the layer itself
 * @param r rows of A, columns of B
 * @param scale what {@code B A x} is multiplied with
 * @param dora whether its rows have magnitudes m of their own
 */
public record AdaptedLayer(LinearLayer linear, int r, double scale, boolean dora) {

    private static final String PREFIX = "base_model.model.";

    /** Number of its weights. */
    public long parameters() {
        return (long) r * (linear.in() + linear.out()) + (dora ? linear.out() : 0);
    }

    /** PEFT's name of A. */
    public String nameOfA() {
        return PREFIX + linear.path() + ".lora_A.weight";
    }

    /** PEFT's name of B. */
    public String nameOfB() {
        return PREFIX + linear.path() + ".lora_B.weight";
    }

    /** PEFT's name of DoRA's magnitudes. */
    public String nameOfMagnitude() {
        return PREFIX + linear.path() + ".lora_magnitude_vector";
    }

    /** The shapes of its tensors by PEFT's names: A and B, and with DoRA the magnitudes. */
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(nameOfA(), shapeOfA());
        shapes.put(nameOfB(), shapeOfB());
        if (dora) {
            shapes.put(nameOfMagnitude(), new long[] {linear.out()});
        }
        return shapes;
    }

    /** As (out, in). */
    public long[] shapeOfA() {
        return new long[] {r, linear.in()};
    }

    /** As (out, in). */
    public long[] shapeOfB() {
        return new long[] {linear.out(), r};
    }
}

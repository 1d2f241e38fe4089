package dev.dpo4j.llama;

/**
 * A linear layer with an adapter on it: {@code y = W x + scale · B (A x)}.
 *
 * @param layer which
 * @param r rows of A, columns of B
 * @param scale what {@code B A x} is multiplied with
 */
public record AdaptedLayer(LinearLayer layer, int r, double scale) {

    private static final String PREFIX = "base_model.model.";

    /** Number of its weights. */
    public long parameters() {
        return (long) r * (layer.in() + layer.out());
    }

    /** PEFT's name of A. */
    public String nameOfA() {
        return PREFIX + layer.path() + ".lora_A.weight";
    }

    /** PEFT's name of B. */
    public String nameOfB() {
        return PREFIX + layer.path() + ".lora_B.weight";
    }

    /** As (out, in). */
    public long[] shapeOfA() {
        return new long[] {r, layer.in()};
    }

    /** As (out, in). */
    public long[] shapeOfB() {
        return new long[] {layer.out(), r};
    }
}

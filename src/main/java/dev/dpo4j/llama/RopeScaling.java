package dev.dpo4j.llama;

/** How the rotary angles are stretched for longer contexts; names and meaning as in transformers. */
public sealed interface RopeScaling {

    /** Not at all. */
    record Default() implements RopeScaling {}

    /**
     * All angles divided by a factor.
     *
     * @param factor what inverse frequencies are divided by
     */
    record Linear(double factor) implements RopeScaling {

        public Linear {
            requirePositive("factor", factor);
        }
    }

    /**
     * Llama 3.1: low frequencies divided by a factor, high ones left alone, a smooth passage between.
     *
     * @param factor what the low frequencies are divided by
     * @param lowFreqFactor wavelengths over {@code originalMaxPositionEmbeddings / lowFreqFactor} are low
     * @param highFreqFactor wavelengths under {@code originalMaxPositionEmbeddings / highFreqFactor} are high
     * @param originalMaxPositionEmbeddings positions the model was first trained on
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
            implements RopeScaling {

        public Llama3 {
            requirePositive("factor", factor);
            requirePositive("low_freq_factor", lowFreqFactor);
            requirePositive("high_freq_factor", highFreqFactor);
            requirePositive("original_max_position_embeddings", originalMaxPositionEmbeddings);
            if (highFreqFactor <= lowFreqFactor) {
                throw new IllegalArgumentException("rope scaling llama3: high_freq_factor " + highFreqFactor
                        + " must be greater than low_freq_factor " + lowFreqFactor);
            }
        }
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("rope scaling: " + name + " must be a positive number, not " + value);
        }
    }
}

package dev.dpo4j.llama;

/**
 * Cosines and sines of the rotary embedding (Su et al., arXiv 2104.09864), computed as transformers does: inverse frequencies and
 * angles in float32, each operation rounded.
 *
 * @param cos (positions, D/2), row-major
 * @param sin (positions, D/2), row-major
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; never compared
record RopeTable(float[] cos, float[] sin) {

    /** The table for positions 0 to {@code positions - 1}. */
    static RopeTable of(LlamaConfig config, int positions) {
        float[] frequencies = inverseFrequencies(config);
        int half = frequencies.length;
        float[] cos = new float[Math.multiplyExact(positions, half)];
        float[] sin = new float[cos.length];
        for (int p = 0; p < positions; p++) {
            for (int j = 0; j < half; j++) {
                float angle = p * frequencies[j];
                cos[p * half + j] = (float) StrictMath.cos(angle);
                sin[p * half + j] = (float) StrictMath.sin(angle);
            }
        }
        return new RopeTable(cos, sin);
    }

    /** The angle between two neighbouring positions, for each of the D/2 pairs of a head. */
    static float[] inverseFrequencies(LlamaConfig config) {
        int dim = config.headSize();
        float[] frequencies = new float[dim / 2];
        for (int j = 0; j < frequencies.length; j++) {
            float exponent = (float) (2 * j) / dim;
            float power = (float) StrictMath.pow((float) config.ropeTheta(), exponent);
            frequencies[j] = scaled(1 / power, config.ropeScaling());
        }
        return frequencies;
    }

    private static float scaled(float frequency, RopeScaling scaling) {
        return switch (scaling) {
            case RopeScaling.Default() -> frequency;
            case RopeScaling.Linear(double factor) -> frequency / (float) factor;
            case RopeScaling.Llama3 llama3 -> llama3(frequency, llama3);
        };
    }

    private static float llama3(float frequency, RopeScaling.Llama3 s) {
        float lowWavelength = (float) (s.originalMaxPositionEmbeddings() / s.lowFreqFactor());
        float highWavelength = (float) (s.originalMaxPositionEmbeddings() / s.highFreqFactor());
        // torch computes scalar / tensor as reciprocal times scalar: two roundings.
        float wavelength = 1 / frequency * (float) (2 * Math.PI);
        if (wavelength > lowWavelength) {
            return frequency / (float) s.factor();
        }
        if (wavelength < highWavelength) {
            return frequency;
        }
        float smooth = (1 / wavelength * s.originalMaxPositionEmbeddings() - (float) s.lowFreqFactor())
                / (float) (s.highFreqFactor() - s.lowFreqFactor());
        return (1 - smooth) * frequency / (float) s.factor() + smooth * frequency;
    }
}

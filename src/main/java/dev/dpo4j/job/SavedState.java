package dev.dpo4j.job;

import dev.dpo4j.train.TrainingProgress;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * A checkpoint whose bytes have been verified, to go on from.
 *
 * @param progress where the run stood
 * @param fingerprint {@link TrainingRun#fingerprint()} of the run that wrote it
 * @param inputs {@link TrainingRun#inputs()} of that run
 * @param weights what is trained
 * @param optimizer the optimizer's state and the reference log-probabilities
 */
record SavedState(TrainingProgress progress, String fingerprint, Inputs inputs, Tensors weights, Tensors optimizer) {

    /**
     * A stored safetensors file.
     *
     * @param name what to call it in errors
     * @param length its size in bytes
     * @param source opens it from its beginning; to be closed by the caller
     */
    record Tensors(String name, long length, Supplier<InputStream> source) {}
}

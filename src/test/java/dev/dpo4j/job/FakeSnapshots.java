package dev.dpo4j.job;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.TensorReader;
import dev.dpo4j.train.Evaluations;
import dev.dpo4j.train.TrainingHistory;
import dev.dpo4j.train.TrainingProgress;
import dev.dpo4j.train.TrainingSnapshot;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** Snapshots without a run. */
final class FakeSnapshots {

    static final Inputs INPUTS = new Inputs("1".repeat(64), "2".repeat(64), "3".repeat(64));

    private FakeSnapshots() {}

    static TrainingSnapshot ofStep(int step) {
        NamedTensor tensor = new NamedTensor("weight", new long[] {1}, MemorySegment.ofArray(new float[] {step}));
        return new TrainingSnapshot(
                new TrainingProgress(step, 10L * step, null, 0, false, Evaluations.NONE, TrainingHistory.NONE),
                step,
                null,
                false,
                List.of(tensor),
                Map.of(),
                List.of(tensor),
                TensorReader.DIRECT);
    }
}

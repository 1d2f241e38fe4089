package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsWriter;
import dev.dpo4j.tensor.Compute;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotMemoryTest {

    private static final int FLOATS = 100_000;

    private final float[] matrix = random(1);
    private final float[] vector = random(2);
    private final List<NamedTensor> tensors = List.of(
            new NamedTensor("matrix", new long[] {250, FLOATS / 250}, MemorySegment.ofArray(matrix)),
            new NamedTensor("vector", new long[] {FLOATS}, MemorySegment.ofArray(vector)),
            new NamedTensor("nothing", new long[] {0}, MemorySegment.ofArray(new float[0])));

    @Test
    void whatIsReadAfterTheRunHasGoneOnIsWhatWasThereBefore() throws IOException {
        byte[] before = written(new ByteArrayOutputStream(), new SnapshotMemory(tensors));
        try (Compute compute = Goldens.compute();
                SnapshotMemory memory = new SnapshotMemory(tensors)) {
            byte[] across = written(new GoingOnInTheMiddle(compute, memory), memory);

            assertThat(across).isEqualTo(before);
            assertThat(written(new ByteArrayOutputStream(), memory))
                    .as("begun again")
                    .isEqualTo(before);
        }
        assertThat(written(new ByteArrayOutputStream(), new SnapshotMemory(tensors)))
                .isNotEqualTo(before);
    }

    private byte[] written(ByteArrayOutputStream out, SnapshotMemory memory) throws IOException {
        SafetensorsWriter.write(out, tensors, Map.of(), memory);
        return out.toByteArray();
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[FLOATS];
        for (int i = 0; i < FLOATS; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    /** Somewhere in the first tensor, the run lets go and changes all it has. */
    private final class GoingOnInTheMiddle extends ByteArrayOutputStream {

        private final Compute compute;
        private final SnapshotMemory memory;

        private GoingOnInTheMiddle(Compute compute, SnapshotMemory memory) {
            this.compute = compute;
            this.memory = memory;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int count) {
            super.write(bytes, offset, count);
            if (size() > FLOATS && !memory.detached()) {
                compute.run(() -> memory.detach(compute));
                tensors.forEach(tensor -> tensor.data().fill((byte) 1));
            }
        }
    }
}

package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.TinyLlama;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.train.Cuts;
import dev.dpo4j.train.Hyperparameters;
import dev.dpo4j.train.KnownReference;
import dev.dpo4j.train.TokenizedData;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DpoTrainingRunTest {

    private static final TokenizedPreference PREFERENCE =
            new TokenizedPreference(1, new int[] {1, 2}, new int[] {3}, List.of(new int[] {4}));

    /** Nobody gets it to close it. */
    @Test
    void aRunThatCannotBeMadeLeavesNoMemoryBehind() {
        TokenizedData data = new TokenizedData(Collections.nCopies(9, PREFERENCE), List.of(), Cuts.NONE, Cuts.NONE);
        try (Compute compute = new Compute(KernelSelection.best(), 1)) {
            LlamaWeights weights = TinyLlama.weights(TinyLlama.UNTIED, 1);

            assertThatThrownBy(() -> DpoTrainingRun.ofAllWeights(
                            spec(),
                            weights,
                            KnownReference.NOTHING,
                            data,
                            compute,
                            FakeTraining.MEMORY,
                            FakeSnapshots.INPUTS,
                            null))
                    .isInstanceOf(ArithmeticException.class);

            assertThat(weights.bytes()).isZero();
        }
    }

    /** Of more steps than can be counted. */
    private static JobSpec spec() {
        String hyperparameters = Json.write(JobFixtures.hyperparameters(5, null))
                .replace("\"epochs\":3", "\"epochs\":2147483647")
                .replace("\"maxSteps\":5", "\"maxSteps\":null");
        return new JobSpec(
                "ftjob-1",
                Instant.EPOCH,
                "notebook",
                JobFixtures.file("file-1"),
                null,
                null,
                Json.read(hyperparameters, Hyperparameters.class));
    }
}

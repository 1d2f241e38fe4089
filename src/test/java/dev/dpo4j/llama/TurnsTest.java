package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/**
 * While a long computation has the machine, a short one waits for a layer and not for all of it. Layers are counted by the calls of a
 * kernel that each makes once; no clock is involved, because the slice that a computation may keep is zero.
 */
@Timeout(60)
class TurnsTest {

    private static final int LAYERS = 6;

    private final AtomicInteger forwardLayers = new AtomicInteger();
    private final AtomicInteger backwardLayers = new AtomicInteger();
    private String awaited = "";
    private Runnable atFirst = () -> {};
    private final Compute compute = new Compute(counting(KernelSelection.best()), 1, Duration.ZERO);
    private final LlamaWeights weights = weights();
    private final LlamaModel model = new LlamaModel(weights, null, compute);
    private final int[] text = new Random(1).ints(24, 0, 64).toArray();

    @AfterEach
    void free() {
        weights.close();
        compute.close();
    }

    @Test
    void aForwardPassLetsAWaitingComputationInAfterALayer() throws InterruptedException {
        try (Activations a = activations()) {
            Seen seen = whatAShortOneSees(
                    "swiGlu", () -> compute.call(() -> model.logProbs(TokenTree.of(text), scored(), a)));

            assertThat(seen).isEqualTo(new Seen(1, 0));
            assertThat(forwardLayers).hasValue(LAYERS);
        }
    }

    @Test
    void aBackwardPassLetsAWaitingComputationInAfterHalfALayer() throws InterruptedException {
        try (Activations a = activations();
                LlamaWeights gradients = weights.zerosLike()) {
            Seen seen = whatAShortOneSees(
                    "swiGluBackward",
                    () -> compute.run(() -> {
                        TokenLogProbs logProbs = model.logProbs(TokenTree.of(text), scored(), a);
                        model.backward(
                                TokenTree.of(text),
                                scored(),
                                logProbs,
                                new double[] {1, 1},
                                a,
                                Gradients.of(gradients));
                    }));

            assertThat(seen.backwardLayers()).isEqualTo(1);
            assertThat(backwardLayers).hasValue(LAYERS);
        }
    }

    @Test
    void generationLetsAWaitingComputationInAfterALayer() throws InterruptedException {
        Seen seen = whatAShortOneSees(
                "swiGlu",
                () -> new Generator(model, () -> {}).generate(text, Greedy.sampling(4, Set.of()), token -> true));

        assertThat(seen).isEqualTo(new Seen(1, 0));
        assertThat(forwardLayers).hasValue(4 * LAYERS);
    }

    /** What was done when the short computation ran. */
    private record Seen(int forwardLayers, int backwardLayers) {}

    /** Runs a long computation; when it first calls the kernel, a short one begins to wait. */
    private Seen whatAShortOneSees(String kernel, Runnable longOne) throws InterruptedException {
        Seen[] seen = new Seen[1];
        Thread shortOne = Thread.ofPlatform()
                .unstarted(() -> compute.run(() -> seen[0] = new Seen(forwardLayers.get(), backwardLayers.get())));
        atFirst(kernel, () -> {
            shortOne.start();
            while (shortOne.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        });
        longOne.run();
        shortOne.join();
        return seen[0];
    }

    private void atFirst(String kernel, Runnable action) {
        awaited = kernel;
        atFirst = action;
    }

    private Activations activations() {
        return new Activations(weights.config(), new PassSize(24, 2, 24), 0, 1, Activations.Keep.ALL);
    }

    private static ScoredTokens scored() {
        return new ScoredTokens(new int[] {10, 22}, new int[] {3, 4});
    }

    private Kernels counting(Kernels kernels) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(awaited)) {
                        awaited = "";
                        atFirst.run();
                    }
                    switch (method.getName()) {
                        case "swiGlu" -> forwardLayers.incrementAndGet();
                        case "swiGluBackward" -> backwardLayers.incrementAndGet();
                        default -> {}
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static LlamaWeights weights() {
        LlamaConfig config = LlamaConfigReader.read(JsonMapper.shared().readTree("""
                {"architectures": ["LlamaForCausalLM"], "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
                 "num_hidden_layers": 6, "num_attention_heads": 4, "max_position_embeddings": 64}"""));
        LlamaWeights weights = LlamaWeights.allocate(config);
        SeededWeights.fill(config, 11, weights::tensor);
        return weights;
    }
}

package dev.dpo4j.llama;

import dev.dpo4j.tensor.Compute;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

/** One layer's attention with SmolLM2-135M's heads over one text, on all cores. */
@NullUnmarked // JMH calls @Setup before all else
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AttentionBenchmark {

    private static final String CONFIG = """
            {"architectures": ["LlamaForCausalLM"], "vocab_size": 128, "hidden_size": 576, "intermediate_size": 1536,
             "num_hidden_layers": 1, "num_attention_heads": 9, "num_key_value_heads": 3, "max_position_embeddings": 8192}""";

    /** Tokens of the text. */
    @Param({"512", "2048"})
    public int tokens;

    private Compute compute;
    private Attention attention;
    private Activations activations;
    private TokenTree tree;

    /** Zero queries, keys and values: dense arithmetic takes as long over them as over others. */
    @Setup
    public void allocate() {
        LlamaConfig config = LlamaConfigReader.read(JsonMapper.shared().readTree(CONFIG));
        compute = new Compute(Runtime.getRuntime().availableProcessors());
        attention = new Attention(compute, config);
        tree = TokenTree.of(new int[tokens]);
        PassSize size = new PassSize(tokens, 1, tokens);
        activations = new Activations(config, size, 0, compute.threads(), Activations.Keep.ALL);
        attention.forward(tree, 0, tokens, activations.layer(0), activations);
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        activations.close();
        compute.close();
    }

    /** The forward pass. */
    @Benchmark
    public void forward() {
        attention.forward(tree, 0, tokens, activations.layer(0), activations);
    }

    /** The backward pass. */
    @Benchmark
    public void backward() {
        Activations.BackwardBuffers d = activations.backward();
        attention.backward(tree, activations.layer(0), d.dAttended(), d.dQkv(), activations);
    }
}

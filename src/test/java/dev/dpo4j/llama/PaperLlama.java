package dev.dpo4j.llama;

import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * A Llama as the papers write it, in double precision: one text at a time, every token looks at all before it, nothing is packed,
 * shared, cut into blocks or fused. It knows nothing of the code it is the control for but the shape and the weights' names.
 */
public final class PaperLlama {

    private final LlamaConfig config;
    private final Map<String, double[]> weights;

    public PaperLlama(LlamaConfig config, Map<String, double[]> weights) {
        this.config = config;
        this.weights = weights;
    }

    /** The values of all tensors, by name. */
    public static Map<String, double[]> values(ParameterSet set) {
        Map<String, double[]> values = new HashMap<>();
        for (NamedTensor tensor : set.tensors()) {
            float[] floats = tensor.data().toArray(ValueLayout.JAVA_FLOAT);
            double[] doubles = new double[floats.length];
            for (int i = 0; i < floats.length; i++) {
                doubles[i] = floats[i];
            }
            values.put(tensor.name(), doubles);
        }
        return values;
    }

    /** {@code W + scale · B A} for every adapted layer: the weights an adapter stands for; the scale by the layer's path. */
    public static Map<String, double[]> merged(
            Map<String, double[]> weights, Map<String, double[]> adapter, ToDoubleFunction<String> scale) {
        Map<String, double[]> merged = new HashMap<>(weights);
        for (String name : adapter.keySet()) {
            if (name.endsWith(".lora_A.weight")) {
                String layer = name.substring("base_model.model.".length(), name.length() - ".lora_A.weight".length());
                double[] a = tensor(adapter, name); // (r, in)
                double[] b = tensor(adapter, name.replace("lora_A", "lora_B")); // (out, r)
                double[] w = tensor(weights, layer + ".weight").clone(); // (out, in)
                int r = (int) Math.round(Math.sqrt((double) a.length * b.length / w.length));
                int in = a.length / r;
                for (int i = 0; i < w.length; i++) {
                    for (int k = 0; k < r; k++) {
                        w[i] += scale.applyAsDouble(layer) * b[i / in * r + k] * a[k * in + i % in];
                    }
                }
                merged.put(layer + ".weight", w);
            }
        }
        return merged;
    }

    /** The lengths of the rows of the layers that have DoRA's magnitudes, by the names of these. */
    public static Map<String, double[]> rowNorms(Map<String, double[]> merged, Map<String, double[]> adapter) {
        Map<String, double[]> norms = new HashMap<>();
        magnitudes(adapter).forEach((layer, name) -> {
            double[] w = tensor(merged, layer + ".weight");
            double[] ofRows = new double[tensor(adapter, name).length];
            int in = w.length / ofRows.length;
            for (int i = 0; i < w.length; i++) {
                ofRows[i / in] += w[i] * w[i];
            }
            norms.put(name, Arrays.stream(ofRows).map(Math::sqrt).toArray());
        });
        return norms;
    }

    /** {@code m / norm} times each row of what {@link #merged} gives, for layers that have magnitudes m. */
    public static Map<String, double[]> dora(
            Map<String, double[]> merged, Map<String, double[]> adapter, Map<String, double[]> norms) {
        Map<String, double[]> result = new HashMap<>(merged);
        magnitudes(adapter).forEach((layer, name) -> {
            double[] w = tensor(merged, layer + ".weight").clone();
            double[] m = tensor(adapter, name);
            double[] norm = tensor(norms, name);
            int in = w.length / m.length;
            for (int i = 0; i < w.length; i++) {
                w[i] *= m[i / in] / norm[i / in];
            }
            result.put(layer + ".weight", w);
        });
        return result;
    }

    /** The names of an adapter's magnitudes, by their layers' paths. */
    private static Map<String, String> magnitudes(Map<String, double[]> adapter) {
        Map<String, String> magnitudes = new HashMap<>();
        for (String name : adapter.keySet()) {
            if (name.endsWith(".lora_magnitude_vector")) {
                int end = name.length() - ".lora_magnitude_vector".length();
                magnitudes.put(name.substring("base_model.model.".length(), end), name);
            }
        }
        return magnitudes;
    }

    /** A tensor that is there. */
    public static double[] tensor(Map<String, double[]> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    /** Log-probability of each token of an answer after a prompt. */
    public double[] logProbs(int[] prompt, int[] answer) {
        int[] text = new int[prompt.length + answer.length];
        System.arraycopy(prompt, 0, text, 0, prompt.length);
        System.arraycopy(answer, 0, text, prompt.length, answer.length);
        double[][] x = hidden(text);
        double[] head = weight(config.tieWordEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight");
        double[] logProbs = new double[answer.length];
        for (int i = 0; i < answer.length; i++) {
            double[] logits = times(head, x[prompt.length + i - 1]);
            double sum = 0;
            for (double logit : logits) {
                sum += Math.exp(logit);
            }
            logProbs[i] = logits[answer[i]] - Math.log(sum);
        }
        return logProbs;
    }

    /** What the output layer sees of each token. */
    private double[][] hidden(int[] text) {
        double[][] x = new double[text.length][];
        for (int t = 0; t < text.length; t++) {
            int c = config.hiddenSize();
            x[t] = Arrays.copyOfRange(weight("model.embed_tokens.weight"), text[t] * c, (text[t] + 1) * c);
        }
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            attend(x, layer);
            for (double[] row : x) {
                double[] normed = norm(row, layer + "post_attention_layernorm.weight");
                double[] gate = times(weight(layer + "mlp.gate_proj.weight"), normed);
                double[] up = times(weight(layer + "mlp.up_proj.weight"), normed);
                for (int j = 0; j < up.length; j++) {
                    up[j] *= gate[j] / (1 + Math.exp(-gate[j]));
                }
                add(row, times(weight(layer + "mlp.down_proj.weight"), up));
            }
        }
        double[][] normed = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            normed[t] = norm(x[t], "model.norm.weight");
        }
        return normed;
    }

    private void attend(double[][] x, String layer) {
        int d = config.headSize();
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] normed = norm(x[t], layer + "input_layernorm.weight");
            q[t] = turned(times(weight(layer + "self_attn.q_proj.weight"), normed), t);
            k[t] = turned(times(weight(layer + "self_attn.k_proj.weight"), normed), t);
            v[t] = times(weight(layer + "self_attn.v_proj.weight"), normed);
        }
        for (int t = 0; t < x.length; t++) {
            double[] attended = new double[config.heads() * d];
            for (int head = 0; head < config.heads(); head++) {
                int kvHead = head * config.kvHeads() / config.heads();
                double[] p = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double dot = 0;
                    for (int j = 0; j < d; j++) {
                        dot += q[t][head * d + j] * k[s][kvHead * d + j];
                    }
                    p[s] = Math.exp(dot / Math.sqrt(d));
                    sum += p[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int j = 0; j < d; j++) {
                        attended[head * d + j] += p[s] / sum * v[s][kvHead * d + j];
                    }
                }
            }
            add(x[t], times(weight(layer + "self_attn.o_proj.weight"), attended));
        }
    }

    /** Every head's pairs (j, j + D/2) turned by their angle at a position. */
    private double[] turned(double[] heads, int position) {
        int d = config.headSize();
        double[] turned = new double[heads.length];
        for (int i = 0; i < heads.length; i += d) {
            for (int j = 0; j < d / 2; j++) {
                double angle = position * frequency(j);
                double a = heads[i + j];
                double b = heads[i + j + d / 2];
                turned[i + j] = a * Math.cos(angle) - b * Math.sin(angle);
                turned[i + j + d / 2] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return turned;
    }

    private double frequency(int j) {
        double frequency = Math.pow(config.ropeTheta(), -2.0 * j / config.headSize());
        return switch (config.ropeScaling()) {
            case RopeScaling.Default() -> frequency;
            case RopeScaling.Linear(double factor) -> frequency / factor;
            case RopeScaling.Llama3(double factor, double low, double high, int original) -> {
                // turns within the original context: few are slowed down, many are not, some are in between
                double turns = original * frequency / (2 * Math.PI);
                double share = Math.clamp((turns - low) / (high - low), 0, 1);
                yield share * frequency + (1 - share) * frequency / factor;
            }
        };
    }

    private double[] norm(double[] x, String name) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double[] weight = weight(name);
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = weight[i] * x[i] / Math.sqrt(squares / x.length + config.rmsNormEps());
        }
        return y;
    }

    private static double[] times(double[] matrix, double[] x) {
        double[] y = new double[matrix.length / x.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    private static void add(double[] to, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += what[i];
        }
    }

    private double[] weight(String name) {
        return tensor(weights, name);
    }
}

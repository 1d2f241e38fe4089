package dev.dpo4j.catalog;

import dev.dpo4j.digest.Sha256;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.llama.RopeScaling;
import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Hashes for everything that decides what a model computes. */
final class WeightsIdentity {

    private static final int CHUNK_BYTES = 1 << 20;

    private WeightsIdentity() {}

    /** SHA-256, hexadecimal, over names and values of all tensors. Takes about a second for a billion bytes. */
    static String of(ParameterSet weights) {
        MessageDigest sha256 = Sha256.digest();
        add(sha256, weights);
        return Sha256.hex(sha256);
    }

    /**
     * SHA-256, hexadecimal, over what of a configuration decides what given weights compute, and which there are: not which tokens begin and end
     * a text, nor how long one may be. By names and values written out, since it outlives the program.
     */
    static String of(LlamaConfig config) {
        String deciding = String.join(
                " ",
                "vocab_size=" + config.vocabSize(),
                "hidden_size=" + config.hiddenSize(),
                "intermediate_size=" + config.intermediateSize(),
                "num_hidden_layers=" + config.layers(),
                "num_attention_heads=" + config.heads(),
                "num_key_value_heads=" + config.kvHeads(),
                "head_dim=" + config.headSize(),
                "rms_norm_eps=" + config.rmsNormEps(),
                "rope_theta=" + config.ropeTheta(),
                "rope_type=" + written(config.ropeScaling()),
                "tie_word_embeddings=" + config.tieWordEmbeddings());
        return Sha256.of(deciding.getBytes(StandardCharsets.UTF_8));
    }

    private static String written(RopeScaling scaling) {
        return switch (scaling) {
            case RopeScaling.Default _ -> "default";
            case RopeScaling.Linear linear -> "linear factor=" + linear.factor();
            case RopeScaling.Llama3 llama3 ->
                "llama3 factor=%s low_freq_factor=%s high_freq_factor=%s original_max_position_embeddings=%s"
                        .formatted(
                                llama3.factor(),
                                llama3.lowFreqFactor(),
                                llama3.highFreqFactor(),
                                llama3.originalMaxPositionEmbeddings());
        };
    }

    /**
     * The same for a model.
     *
     * @param weights the identities of what it consists of: its weights, its adapter
     */
    static String of(LoadedModel model, List<String> weights) {
        MessageDigest sha256 = Sha256.digest();
        sha256.update(model.config().toString().getBytes(StandardCharsets.UTF_8));
        if (model.lora() != null) {
            sha256.update(scales(model.lora()).getBytes(StandardCharsets.UTF_8));
        }
        weights.forEach(identity -> sha256.update(identity.getBytes(StandardCharsets.UTF_8)));
        return Sha256.hex(sha256);
    }

    /** The scale of all layers where they have one; otherwise each layer's. */
    private static String scales(LoraWeights lora) {
        List<String> scales = lora.adapted().stream()
                .map(layer -> Double.toString(layer.scale()))
                .toList();
        return scales.stream().distinct().count() == 1 ? scales.getFirst() : String.join(",", scales);
    }

    private static void add(MessageDigest sha256, ParameterSet weights) {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (NamedTensor tensor : weights.tensors()) {
            sha256.update(tensor.name().getBytes(StandardCharsets.UTF_8));
            MemorySegment data = tensor.data();
            for (long done = 0; done < data.byteSize(); done += CHUNK_BYTES) {
                int n = (int) Math.min(CHUNK_BYTES, data.byteSize() - done);
                MemorySegment.copy(data, done, MemorySegment.ofArray(chunk), 0, n);
                sha256.update(chunk, 0, n);
            }
        }
    }
}

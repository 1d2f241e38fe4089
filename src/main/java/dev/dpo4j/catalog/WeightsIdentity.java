package dev.dpo4j.catalog;

import dev.dpo4j.digest.Sha256;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.safetensors.NamedTensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
     * SHA-256, hexadecimal, over what of a configuration decides what given weights compute: not which tokens begin and end a text, nor how long
     * one may be.
     */
    static String of(LlamaConfig config) {
        String deciding = Stream.of(
                        config.heads(),
                        config.kvHeads(),
                        config.headSize(),
                        config.rmsNormEps(),
                        config.ropeTheta(),
                        config.ropeScaling(),
                        config.tieWordEmbeddings())
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
        MessageDigest sha256 = Sha256.digest();
        sha256.update(deciding.getBytes(StandardCharsets.UTF_8));
        return Sha256.hex(sha256);
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

package dev.dpo4j.catalog;

import dev.dpo4j.blob.Blob;
import dev.dpo4j.blob.BlobCorruptException;
import dev.dpo4j.blob.BlobFiles;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.UnknownBlobException;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import dev.dpo4j.llama.ParameterSet;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsHeader;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.safetensors.TensorInfo;
import dev.dpo4j.safetensors.TensorSink;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Loads what jobs made out of the database. */
@Component
class TunedWeights {

    private final BlobStore blobs;
    private final BlobFiles files;

    TunedWeights(BlobStore blobs, BlobFiles files) {
        this.blobs = blobs;
        this.files = files;
    }

    /** Bytes of its weights; the file has them as float32, as memory does. */
    long bytes(TunedModel model) {
        return blob(model).length();
    }

    LlamaWeights full(TunedModel model, LlamaConfig config) {
        return filled(model, LlamaWeights.allocate(config));
    }

    LoraWeights adapter(TunedModel model, LoraConfig lora, LlamaConfig config) {
        return filled(model, LoraWeights.allocate(config, lora));
    }

    private <W extends ParameterSet> W filled(TunedModel model, W weights) {
        boolean loaded = false;
        try (InputStream in = files.read(model.weightsBlobId())) {
            OptionalLong length = OptionalLong.of(blob(model).length());
            SafetensorsReader.read("its weights", in, length, new ExactSink(weights));
            loaded = true;
            return weights;
        } catch (IOException | BlobCorruptException | UnknownBlobException e) {
            throw new BrokenModelException(model.id(), String.valueOf(e.getMessage()), e);
        } finally {
            if (!loaded) {
                weights.close();
            }
        }
    }

    private Blob blob(TunedModel model) {
        return blobs.find(model.weightsBlobId())
                .orElseThrow(() -> new BrokenModelException(model.id(), "its weights are no longer in the database"));
    }

    /** Wants every tensor of a set once, in its shape, and no other. */
    private static final class ExactSink implements TensorSink {

        private final Map<String, NamedTensor> wanted = new HashMap<>();

        ExactSink(ParameterSet weights) {
            weights.tensors().forEach(tensor -> wanted.put(tensor.name(), tensor));
        }

        @Override
        public void begin(SafetensorsHeader header) throws IOException {
            Map<String, long[]> expected = new HashMap<>();
            wanted.forEach((name, tensor) -> expected.put(name, tensor.shape()));
            Map<String, long[]> found = new HashMap<>();
            header.tensors().forEach(tensor -> found.put(tensor.name(), tensor.shape()));
            TensorShapes.requireEqual("configuration", expected, found);
        }

        @Override
        public @Nullable MemorySegment destination(TensorInfo tensor) {
            NamedTensor target = wanted.get(tensor.name());
            return target == null ? null : target.data();
        }
    }
}

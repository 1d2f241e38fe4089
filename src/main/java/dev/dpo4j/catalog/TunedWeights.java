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
import dev.dpo4j.safetensors.ExactSink;
import dev.dpo4j.safetensors.SafetensorsReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
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
            SafetensorsReader.read("its weights", in, length, new ExactSink("configuration", weights.tensors()));
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
}

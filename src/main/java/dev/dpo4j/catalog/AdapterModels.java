package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.llama.LoraWeights;
import java.io.IOException;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The models that are adapters: those that jobs made, and folders in PEFT's layout. */
@Component
class AdapterModels {

    private final BaseModels bases;
    private final TunedModels tuned;
    private final TunedWeights tunedWeights;
    private final ModelEntries entries;

    AdapterModels(BaseModels bases, TunedModels tuned, TunedWeights tunedWeights, ModelEntries entries) {
        this.bases = bases;
        this.tuned = tuned;
        this.tunedWeights = tunedWeights;
        this.entries = entries;
    }

    /**
     * The model of that id, if it is an adapter.
     *
     * @throws BrokenModelException if it is a folder that cannot be used
     */
    Optional<AdapterModel> find(String id) {
        Optional<TunedModel> model = tuned.find(id);
        if (model.isPresent()) {
            return model.flatMap(this::adapter);
        }
        return bases.adapter(id).map(folder -> onItsBase(id, folder));
    }

    private Optional<AdapterModel> adapter(TunedModel model) {
        return Optional.ofNullable(model.lora()).map(lora -> new TunedAdapter(model, lora, tunedWeights));
    }

    private AdapterModel onItsBase(String id, AdapterFolder folder) {
        ModelEntry entry = entries.find(id).orElseThrow(() -> new UnknownModelException(id));
        String base = entry.base();
        LoraConfig lora = entry.lora();
        if (base == null || lora == null) {
            throw new BrokenModelException(id, String.valueOf(entry.error()));
        }
        return new FolderAdapter(id, base, lora, folder);
    }

    private record TunedAdapter(TunedModel model, LoraConfig lora, TunedWeights weights) implements AdapterModel {

        @Override
        public String id() {
            return model.id();
        }

        @Override
        public String base() {
            return model.base();
        }

        @Override
        public String version() {
            return model.weightsSha256();
        }

        @Override
        public long bytes() {
            return weights.bytes(model);
        }

        @Override
        public LoraWeights load(LlamaConfig base) {
            return weights.adapter(model, lora, base);
        }
    }

    private record FolderAdapter(String id, String base, LoraConfig lora, AdapterFolder folder)
            implements AdapterModel {

        @Override
        public String version() {
            return folder.version();
        }

        @Override
        public long bytes() {
            return folder.bytes();
        }

        @Override
        public LoraWeights load(LlamaConfig llama) {
            LoraWeights weights = LoraWeights.allocate(llama, lora);
            boolean loaded = false;
            try {
                folder.fill(weights);
                loaded = true;
                return weights;
            } catch (IOException e) {
                throw new BrokenModelException(id, String.valueOf(e.getMessage()), e);
            } finally {
                if (!loaded) {
                    weights.close();
                }
            }
        }
    }
}

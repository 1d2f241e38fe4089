package dev.dpo4j.catalog;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/** What each model is built on: what a job tuned it from, or the model that a folder's adapter belongs to. */
@Component
class Lineage {

    private final BaseModels bases;
    private final FoundTunedModels tuned;

    Lineage(BaseModels bases, FoundTunedModels tuned) {
        this.bases = bases;
        this.tuned = tuned;
    }

    /**
     * The model that a model is built on; empty when it stands alone, or is not there.
     *
     * @throws BrokenModelException if it is an adapter whose base is not there
     */
    Optional<String> parent(String id) {
        Optional<TunedModel> model = tuned.find(id);
        return model.isPresent()
                ? model.map(TunedModel::base)
                : bases.adapter(id).map(adapter -> base(id, adapter));
    }

    /**
     * The model whose tokenizer a model has: the first adapter on its way down that brings one along, or else the last that can be found.
     */
    String tokenizerOwner(String id) {
        Set<String> visited = new HashSet<>();
        String owner = id;
        while (visited.add(owner)
                && bases.adapter(owner)
                        .filter(adapter -> !adapter.tokenizerFiles().isEmpty())
                        .isEmpty()) {
            Optional<String> parent = parentIfThere(owner);
            if (parent.isEmpty()) {
                return owner;
            }
            owner = parent.get();
        }
        return owner;
    }

    /**
     * The model that an adapter's {@code base_model_name_or_path} means: of that id, or of its last part.
     *
     * @throws BrokenModelException if it is not there
     */
    private String base(String id, AdapterFolder adapter) {
        String base = named(adapter, id)
                .orElseThrow(() -> new BrokenModelException(
                        id,
                        "its base is not there: its base_model_name_or_path is \"%s\", so a model \"%s\" is wanted in the models directory"
                                .formatted(
                                        adapter.config().base(),
                                        lastPart(adapter.config().base()))));
        Set<String> visited = new HashSet<>(Set.of(id));
        Optional<String> below = Optional.of(base);
        while (below.isPresent()) {
            if (!visited.add(below.get())) {
                throw new BrokenModelException(
                        id, "its base \"" + base + "\" is built on an adapter that is built on itself");
            }
            below = below.flatMap(this::parentIfThere);
        }
        return base;
    }

    private Optional<String> parentIfThere(String id) {
        Optional<TunedModel> model = tuned.find(id);
        return model.isPresent()
                ? model.map(TunedModel::base)
                : bases.adapter(id).flatMap(adapter -> named(adapter, id));
    }

    /** An adapter's folder may well be called like the model it belongs to, but cannot be its own base. */
    private Optional<String> named(AdapterFolder adapter, String id) {
        String name = adapter.config().base();
        return List.of(name, lastPart(name)).stream()
                .filter(candidate -> !candidate.equals(id))
                .filter(candidate -> bases.entry(candidate).isPresent()
                        || tuned.find(candidate).isPresent())
                .findFirst();
    }

    private static String lastPart(String path) {
        String trimmed = path.replaceAll("[/\\\\]+$", "");
        return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
    }
}

package dev.dpo4j.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The models and adapters that no job made: seeded ones and folders. Where both have an id, the seeded one has it. */
@Component
class BaseModels {

    private final SeededModels seeded;
    private final FolderModels folders;

    BaseModels(SeededModels seeded, FolderModels folders) {
        this.seeded = seeded;
        this.folders = folders;
    }

    List<ModelEntry> entries() {
        List<ModelEntry> entries = new ArrayList<>(seeded.entries());
        folders.models().stream()
                .map(FolderModel::entry)
                .filter(folder -> seeded.entry(folder.id()).isEmpty())
                .forEach(entries::add);
        return entries;
    }

    Optional<ModelEntry> entry(String id) {
        return seeded.entry(id).or(() -> folders.model(id).map(FolderModel::entry));
    }

    /** The folder of that id that holds an adapter, if it does and is not damaged. */
    Optional<AdapterFolder> adapter(String id) {
        return seeded.entry(id).isPresent()
                ? Optional.empty()
                : folders.model(id).flatMap(FolderModel::adapter);
    }

    /**
     * A usable model that stands alone.
     *
     * @throws UnknownModelException if there is none of that id
     * @throws BrokenModelException if it cannot be used
     */
    BaseModel model(String id) {
        ModelEntry entry = entry(id).orElseThrow(() -> new UnknownModelException(id));
        return Stream.of(seeded.model(id), folders.model(id).flatMap(FolderModel::model))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new BrokenModelException(id, String.valueOf(entry.error())));
    }
}

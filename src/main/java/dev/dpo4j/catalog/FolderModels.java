package dev.dpo4j.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The folders of the models directory, looked at anew whenever somebody asks: only names, sizes and times of files, until those
 * change. Nothing outside the directory is opened, whatever an id or a link says.
 */
@Component
class FolderModels {

    private static final Logger log = LoggerFactory.getLogger(FolderModels.class);

    private final Path directory;
    private final Map<String, FolderModel> known = new HashMap<>();

    FolderModels(ModelProperties properties) {
        this.directory = properties.directory().toAbsolutePath().normalize();
    }

    /** All folders, by name; those that cannot be used have the reason in their entry. */
    synchronized List<FolderModel> models() {
        List<FolderModel> models = new ArrayList<>();
        for (String name : folderNames()) {
            look(name).ifPresent(models::add);
        }
        known.keySet()
                .retainAll(models.stream().map(model -> model.entry().id()).toList());
        return models;
    }

    /** The folder of that name, if there is one. */
    synchronized Optional<FolderModel> model(String id) {
        return isPlainName(id) ? look(id) : Optional.empty();
    }

    private Optional<FolderModel> look(String name) {
        Path folder = directory.resolve(name);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        FolderSnapshot snapshot = FolderSnapshot.of(directory, folder);
        FolderModel before = known.get(name);
        if (before != null && before.version().equals(snapshot.version())) {
            return Optional.of(before);
        }
        FolderModel now = FolderModel.inspect(name, snapshot);
        known.put(name, now);
        String error = now.entry().error();
        if (error != null) {
            log.warn("The model folder {} cannot be used: {}", folder, error);
        }
        return Optional.of(now);
    }

    private List<String> folderNames() {
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString())
                    .filter(FolderModels::isPlainName)
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            log.warn("The models directory {} cannot be read: {}", directory, e.toString());
            return List.of();
        }
    }

    /** A name of one folder, not a path. */
    private static boolean isPlainName(String id) {
        if (id.isEmpty() || id.startsWith(".") || id.indexOf('/') >= 0 || id.indexOf('\\') >= 0) {
            return false;
        }
        try {
            return Path.of(id).getNameCount() == 1 && !Path.of(id).isAbsolute();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

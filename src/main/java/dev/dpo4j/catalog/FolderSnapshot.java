package dev.dpo4j.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which files a model folder held at one moment.
 *
 * @param files regular files that really lie under the models directory, by name
 * @param version names, sizes and times of all of them
 * @param changed the newest of those times
 * @param error why the folder cannot be looked into; null if it can
 */
record FolderSnapshot(
        NavigableMap<String, Path> files,
        String version,
        Instant changed,
        @Nullable String error) {

    /** More than any model has; a folder full of something else is not read through. */
    private static final int MAX_FILES = 10_000;

    /**
     * Looks at a folder.
     *
     * @param root what links must not lead out of
     */
    static FolderSnapshot of(Path root, Path folder) {
        try {
            Path realRoot = root.toRealPath();
            if (!folder.toRealPath().startsWith(realRoot)) {
                return broken("it is a link that leads out of the models directory");
            }
            return look(realRoot, folder);
        } catch (IOException e) {
            return broken("it cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static FolderSnapshot look(Path realRoot, Path folder) throws IOException {
        List<Path> children;
        try (Stream<Path> stream = Files.list(folder)) {
            children = stream.sorted().limit(MAX_FILES).toList();
        }
        NavigableMap<String, Path> files = new TreeMap<>();
        Map<String, String> stamps = new TreeMap<>();
        Instant changed = Instant.EPOCH;
        for (Path child : children) {
            if (!Files.isRegularFile(child)) {
                continue;
            }
            Path real = child.toRealPath();
            if (!real.startsWith(realRoot)) {
                return broken(child.getFileName() + " is a link that leads out of the models directory");
            }
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            FileTime time = attributes.lastModifiedTime();
            String name = child.getFileName().toString();
            files.put(name, real);
            stamps.put(name, attributes.size() + "@" + time);
            changed = time.toInstant().isAfter(changed) ? time.toInstant() : changed;
        }
        String version = stamps.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"));
        return new FolderSnapshot(files, version, changed, null);
    }

    private static FolderSnapshot broken(String error) {
        return new FolderSnapshot(new TreeMap<>(), error, Instant.EPOCH, error);
    }
}

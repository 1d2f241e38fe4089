package dev.dpo4j.blob;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Copies of blobs in files of this node, so that what is read again and again crosses the network once. A file is named after the
 * SHA-256 of its bytes, which are compared with it before they are handed out; the least recently used go when there are too many.
 * Without room for a file, and for the embedded database, which is on this node anyway, the blob is read from where it is.
 */
@Component
public class BlobFiles {

    private static final Logger log = LoggerFactory.getLogger(BlobFiles.class);

    private final BlobStore blobs;
    private final Path directory;
    private final long capacity;
    private final Clock clock;

    BlobFiles(BlobStore blobs, Database database, StorageProperties storage, Clock clock) {
        this.blobs = blobs;
        this.directory = storage.fileCache().directory();
        this.capacity = database.embedded() ? 0 : storage.fileCache().size().toBytes();
        this.clock = clock;
    }

    /**
     * Reads a blob from its beginning, as {@link BlobStore#read} does.
     *
     * @throws UnknownBlobException when no finished blob has this id
     * @throws BlobCorruptException when a part is missing or changed in the database
     */
    public InputStream read(String id) {
        Blob blob = blobs.find(id).orElseThrow(() -> new UnknownBlobException(id));
        if (blob.length() > capacity) {
            return blobs.read(id);
        }
        try {
            return Files.newInputStream(file(blob));
        } catch (IOException | UncheckedIOException e) {
            log.warn("No copy of blob {} in {}; reading it from the database: {}", id, directory, e.toString());
            return blobs.read(id);
        }
    }

    private Path file(Blob blob) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(blob.sha256());
        if (!hasDigest(file, blob.sha256())) {
            copy(blob, file);
            removeLeastRecentlyUsed();
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        return file;
    }

    /** Under another name first: a file of this name is whole. */
    private void copy(Blob blob, Path file) throws IOException {
        Path part = Files.createTempFile(directory, blob.sha256(), ".part");
        try {
            try (InputStream in = blobs.read(blob.id())) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static boolean hasDigest(Path file, String sha256) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Sha256.of(in).equals(sha256);
        }
    }

    private void removeLeastRecentlyUsed() throws IOException {
        List<Used> newestFirst;
        try (Stream<Path> files = Files.list(directory)) {
            newestFirst = files.flatMap(Used::of)
                    .sorted(Comparator.comparing(Used::last).reversed())
                    .toList();
        }
        long total = 0;
        for (Used file : newestFirst) {
            total += file.size();
            if (total > capacity) {
                Files.deleteIfExists(file.path());
            }
        }
    }

    /** A file as it was when it was looked at: another thread may use or remove it meanwhile. */
    private record Used(Path path, FileTime last, long size) {

        /** Nothing, when it is gone. */
        static Stream<Used> of(Path path) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return Stream.of(new Used(path, attributes.lastModifiedTime(), attributes.size()));
            } catch (NoSuchFileException e) {
                return Stream.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

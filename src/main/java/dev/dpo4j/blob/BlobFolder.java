package dev.dpo4j.blob;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * The folder of blobs' files, beside the embedded database's. A file is named after the SHA-256 of its bytes and never changes; one
 * that is being written has another name.
 */
@Component
class BlobFolder {

    /** Below the database's folder; the commands that carry databases look there too. */
    static final String NAME = "blobs";

    private static final String UNFINISHED = ".part";

    private final Path folder;

    BlobFolder(StorageProperties storage) {
        this.folder = storage.directory().resolve(NAME);
    }

    /** The name for a blob that is being written; the folder is there. */
    Path unfinished(String id) {
        try {
            if (!Files.exists(folder)) {
                Files.createDirectories(folder);
                force(folder.resolveSibling("."));
            }
        } catch (IOException e) {
            throw StorageFullException.orUnchecked("The folder " + folder + " cannot be made", e);
        }
        return folder.resolve(id + UNFINISHED);
    }

    /** Gives a file that is on the disk its name, durably. One that has it already is replaced: that one may have been damaged since. */
    void keep(Path unfinished, String sha256) {
        try {
            Files.move(unfinished, file(sha256), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(folder);
        } catch (IOException e) {
            throw StorageFullException.orUnchecked(unfinished + " cannot be renamed", e);
        }
    }

    /**
     * Opens a blob's file after it has been read once and compared with its name.
     *
     * @throws BlobFileMissingException when it is not there
     * @throws BlobCorruptException when it is changed
     */
    InputStream read(Blob blob) {
        Path file = file(blob.sha256());
        boolean whole = false;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            if (channel.size() != blob.length()
                    || !Sha256.of(Channels.newInputStream(channel)).equals(blob.sha256())) {
                throw BlobCorruptException.ofFile(blob.id(), file, "does not have the SHA-256 it is named after");
            }
            whole = true;
            return Channels.newInputStream(channel.position(0));
        } catch (NoSuchFileException e) {
            throw new BlobFileMissingException(blob.id(), file);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + file + " of blob " + blob.id() + " cannot be read", e);
        } finally {
            if (!whole && channel != null) {
                close(channel);
            }
        }
    }

    /** Removes a file for good: no loss of power brings it back. */
    void remove(String sha256) {
        try {
            if (Files.deleteIfExists(file(sha256))) {
                force(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file(sha256) + " cannot be removed", e);
        }
    }

    boolean has(String sha256) {
        return Files.exists(file(sha256));
    }

    /** Removes what was being written when the process died. To be called while nobody writes. */
    void removeUnfinished() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> unfinished = files.filter(
                            file -> String.valueOf(file.getFileName()).endsWith(UNFINISHED))
                    .toList();
            for (Path file : unfinished) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Unfinished files cannot be removed from " + folder, e);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    private Path file(String sha256) {
        return folder.resolve(sha256);
    }

    /** A name is durable only when its folder is. Where folders cannot be opened (Windows), the file system sees to it. */
    private static void force(Path folder) throws IOException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.dpo4j.dataset;

import dev.dpo4j.blob.Blob;
import dev.dpo4j.blob.BlobOwner;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.BlobWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** The uploaded files. */
@Component
public class PreferenceFiles implements BlobOwner {

    private final StoredFileRows files;
    private final BlobStore blobs;
    private final ObjectProvider<FileUser> users;
    private final Clock clock;

    PreferenceFiles(StoredFileRows files, BlobStore blobs, ObjectProvider<FileUser> users, Clock clock) {
        this.files = files;
        this.blobs = blobs;
        this.users = users;
        this.clock = clock;
    }

    /**
     * Stores a file and validates it, both while reading it once. A file with bad rows is stored too: what is wrong with it is
     * in its {@code statusDetails}.
     *
     * @throws IOException when the stream fails; nothing is stored then
     */
    public UploadedFile store(String filename, String purpose, InputStream content) throws IOException {
        try (BlobWriter writer = blobs.open()) {
            InputStream copying = new CopyingInputStream(content, writer);
            PreferenceFileReport report = PreferenceFile.validate(copying);
            copying.transferTo(OutputStream.nullOutputStream());
            Blob blob = writer.finish();
            String id = "file-" + UUID.randomUUID().toString().replace("-", "");
            return files.save(new StoredFileRow(id, blob, filename, purpose, report, clock.instant()))
                    .toFile(blob.sha256());
        }
    }

    /**
     * The file of this id.
     *
     * @throws UnknownFileException when there is none
     */
    public UploadedFile get(String id) {
        return find(id).orElseThrow(() -> new UnknownFileException(id));
    }

    /** The file of this id, if there is one. */
    public Optional<UploadedFile> find(String id) {
        return files.findByFileId(id).map(this::toFile);
    }

    /**
     * A part of the list, by time of upload.
     *
     * @param after id of the last file of the part before; null: from the beginning
     * @param purpose only files sent for this; null: all
     * @throws UnknownFileException when there is no file {@code after}
     */
    public Page<UploadedFile> list(@Nullable String after, @Nullable String purpose, int limit, boolean newestFirst) {
        Limit oneMore = Limit.of(limit + 1);
        List<StoredFileRow> found = newestFirst
                ? files.newestFirst(after == null ? Long.MAX_VALUE : row(after).position(), purpose, oneMore)
                : files.oldestFirst(after == null ? 0 : row(after).position(), purpose, oneMore);
        return Page.of(found, limit).map(this::toFile);
    }

    /**
     * The bytes of a file.
     *
     * @throws UnknownFileException when there is no such file
     */
    public InputStream read(String id) {
        return blobs.read(row(id).blobId());
    }

    /**
     * Removes a file.
     *
     * @throws UnknownFileException when there is no such file
     * @throws FileInUseException when a job still needs it
     */
    public void delete(String id) {
        StoredFileRow row = row(id);
        if (users.stream().anyMatch(user -> user.uses(id))) {
            throw new FileInUseException(id);
        }
        files.delete(row);
        blobs.delete(row.blobId());
    }

    @Override
    public Set<String> blobIds() {
        return files.blobIds();
    }

    private StoredFileRow row(String id) {
        return files.findByFileId(id).orElseThrow(() -> new UnknownFileException(id));
    }

    private UploadedFile toFile(StoredFileRow row) {
        return row.toFile(blobs.find(row.blobId()).map(Blob::sha256).orElse(""));
    }
}

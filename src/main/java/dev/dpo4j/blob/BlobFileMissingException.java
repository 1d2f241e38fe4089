package dev.dpo4j.blob;

import java.nio.file.Path;
import java.util.Optional;

/** A stored blob's file is not where the database says: it may come back, as when a folder is not mounted. */
public final class BlobFileMissingException extends BlobCorruptException {

    private static final long serialVersionUID = 1L;

    BlobFileMissingException(String blobId, Path file) {
        super(
                "Blob %s is corrupt: its file %s is missing. Bring it back: mount its folder, or restore a backup of it and the database."
                        .formatted(blobId, file));
    }

    /** The missing file behind a failure, when that is what it was. */
    public static Optional<BlobFileMissingException> behind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BlobFileMissingException missing) {
                return Optional.of(missing);
            }
        }
        return Optional.empty();
    }
}

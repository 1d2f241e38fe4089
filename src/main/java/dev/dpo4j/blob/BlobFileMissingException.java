package dev.dpo4j.blob;

import java.nio.file.Path;

/** A stored blob's file is not where the database says: it may come back, as when a folder is not mounted. */
public final class BlobFileMissingException extends BlobCorruptException {

    private static final long serialVersionUID = 1L;

    BlobFileMissingException(String blobId, Path file) {
        super(
                "Blob %s is corrupt: its file %s is missing. Bring it back: mount its folder, or restore a backup of it and the database. Or delete what refers to the blob."
                        .formatted(blobId, file));
    }
}

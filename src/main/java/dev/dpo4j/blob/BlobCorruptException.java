package dev.dpo4j.blob;

import java.nio.file.Path;

/** A stored blob is not what was written: some of it is missing, or its bytes changed. The message names the blob and the place. */
public class BlobCorruptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BlobCorruptException(String message) {
        super(message);
    }

    private BlobCorruptException(String blobId, String place, String what) {
        this("Blob %s is corrupt: %s %s. Restore the database from a backup, or delete what refers to the blob."
                .formatted(blobId, place, what));
    }

    static BlobCorruptException ofPart(String blobId, int sequence, String what) {
        return new BlobCorruptException(blobId, "part " + sequence, what);
    }

    static BlobCorruptException ofFile(String blobId, Path file, String what) {
        return new BlobCorruptException(blobId, "its file " + file, what);
    }
}

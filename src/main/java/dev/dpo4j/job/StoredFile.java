package dev.dpo4j.job;

import dev.dpo4j.blob.Blob;
import jakarta.persistence.Embeddable;

/**
 * A checkpoint's file.
 *
 * @param blob the blob that holds it
 * @param length its size in bytes
 * @param sha256 SHA-256 of its bytes
 */
@Embeddable
record StoredFile(String blob, long length, String sha256) {

    static StoredFile of(Blob blob) {
        return new StoredFile(blob.id(), blob.length(), blob.sha256());
    }
}

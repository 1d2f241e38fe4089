package dev.dpo4j.dataset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file of preferences that was uploaded.
 *
 * @param id its name in the API, {@code file-...}
 * @param filename the name it was sent with
 * @param purpose what it was sent for
 * @param bytes its size
 * @param sha256 hexadecimal SHA-256 of its bytes
 * @param rows preferences in it, good and bad
 * @param usable whether a job can train on it
 * @param statusDetails the lines that are wrong and why; null when none is
 * @param createdAt when the upload was complete
 */
public record UploadedFile(
        String id,
        String filename,
        String purpose,
        long bytes,
        String sha256,
        int rows,
        boolean usable,
        @Nullable String statusDetails,
        Instant createdAt) {}

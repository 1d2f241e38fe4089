package dev.dpo4j.api;

import dev.dpo4j.dataset.UploadedFile;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A file, as OpenAI's API shows it.
 *
 * @param id its id, {@code file-...}
 * @param object always {@code file}
 * @param bytes its size
 * @param createdAt when it was uploaded, in seconds since 1970
 * @param filename the name it was sent with
 * @param purpose what it was sent for
 * @param status {@code processed}, or {@code error} when rows are wrong
 * @param statusDetails the lines that are wrong and why
 */
record FileObject(
        @Schema(example = "file-0f3a") String id,
        @Schema(allowableValues = "file") String object,
        long bytes,
        long createdAt,
        String filename,
        @Schema(allowableValues = "fine-tune") String purpose,
        @Schema(allowableValues = {"processed", "error"}) String status,
        @Nullable String statusDetails) {

    static FileObject of(UploadedFile file) {
        return new FileObject(
                file.id(),
                "file",
                file.bytes(),
                file.createdAt().getEpochSecond(),
                file.filename(),
                file.purpose(),
                file.usable() ? "processed" : "error",
                file.statusDetails());
    }
}

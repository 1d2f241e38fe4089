package dev.dpo4j.catalog;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One file of a model as it is downloaded.
 *
 * @param name its plain name
 * @param content writes it
 */
public record ModelFile(String name, Content content) {

    /** A file of a folder as it is. */
    static ModelFile of(Path file) {
        return new ModelFile(String.valueOf(file.getFileName()), out -> Files.copy(file, out));
    }

    /** Writes a file's bytes. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything, closes nothing. */
        void writeTo(OutputStream out) throws IOException;
    }
}

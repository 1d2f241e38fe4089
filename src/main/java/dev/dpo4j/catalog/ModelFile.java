package dev.dpo4j.catalog;

import java.io.IOException;
import java.io.OutputStream;

/**
 * One file of a model as it is downloaded.
 *
 * @param name its plain name
 * @param content writes it
 */
public record ModelFile(String name, Content content) {

    /** Writes a file's bytes. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything, closes nothing. */
        void writeTo(OutputStream out) throws IOException;
    }
}

package dev.dpo4j.api;

import dev.dpo4j.catalog.ModelFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files as a zip, streamed; the same files give the same bytes. */
final class ModelZip {

    /** The earliest time that a zip can name. */
    private static final FileTime TIME = FileTime.from(Instant.parse("1980-01-01T00:00:00Z"));

    private ModelZip() {}

    /** Writes the zip; the stream stays open. */
    static void write(List<ModelFile> files, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        // Weights hardly compress, and there may be gigabytes of them.
        zip.setLevel(Deflater.NO_COMPRESSION);
        for (ModelFile file : files) {
            ZipEntry entry = new ZipEntry(file.name());
            entry.setLastModifiedTime(TIME);
            zip.putNextEntry(entry);
            file.content().writeTo(zip);
            zip.closeEntry();
        }
        zip.finish();
    }
}

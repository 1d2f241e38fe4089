package dev.dpo4j.move;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blobs of an embedded database whose bytes are in files beside it, each named after the SHA-256 of its bytes. In another
 * database the same bytes are parts of at most 4 MB, as the service would have written them there.
 */
final class BlobsInFiles {

    private static final Logger log = LoggerFactory.getLogger(BlobsInFiles.class);

    private static final String MANIFESTS = "blob_manifest";
    private static final String PARTS = "blob_part";
    private static final String IN_FILE = "in_file";

    private static final int PART_SIZE = 4 << 20;

    private final Connection source;
    private final Path folder;

    BlobsInFiles(Connection source, Path folder) {
        this.source = source;
        this.folder = folder;
    }

    /** A row as it is where all blobs are in rows. */
    Row asRows(Table table, Row row) {
        if (!table.name().equals(MANIFESTS)) {
            return row;
        }
        List<@Nullable Object> values = new ArrayList<>(row.values());
        values.set(table.columns().indexOf(IN_FILE), false);
        return new Row(values);
    }

    /**
     * Gives the parts that the files make to the table of parts; nothing to any other. A file that is missing, or has not the SHA-256
     * that is its name, is named and makes no parts: the service knows what to do about a blob without them.
     */
    void parts(Table table, Taker taker) throws SQLException, IOException {
        if (!table.name().equals(PARTS)) {
            return;
        }
        try (Statement select = source.createStatement();
                ResultSet blobs =
                        select.executeQuery("select id, sha256 from blob_manifest where in_file and complete")) {
            while (blobs.next()) {
                String id = blobs.getString(1);
                Path file = folder.resolve(blobs.getString(2));
                if (isWhole(file)) {
                    parts(id, file, table, taker);
                } else {
                    log.warn(
                            "The file {} of blob {} was lost or changed before now. The blob is carried without its bytes.",
                            file,
                            id);
                }
            }
        }
    }

    private static void parts(String id, Path file, Table table, Taker taker) throws SQLException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] part = in.readNBytes(PART_SIZE);
            for (long sequence = 0; part.length > 0; sequence++) {
                Map<String, Object> values =
                        Map.of("blob_id", id, "sequence", sequence, "sha256", Sha256.of(part), "content", part);
                List<@Nullable Object> row = new ArrayList<>();
                table.columns().forEach(column -> row.add(values.get(column)));
                taker.take(new Row(row));
                part = in.readNBytes(PART_SIZE);
            }
        }
    }

    private static boolean isWhole(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Sha256.of(in).equals(String.valueOf(file.getFileName()));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Removes what no blob of a database has its bytes in: what was being written at a crash, or is newer than a backup. */
    static void removeUnnamed(Connection database, Path folder) throws SQLException, IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Set<String> named = new HashSet<>();
        try (Statement select = database.createStatement();
                ResultSet blobs = select.executeQuery("select sha256 from blob_manifest where in_file")) {
            while (blobs.next()) {
                named.add(blobs.getString(1));
            }
        }
        List<Path> unnamed;
        try (Stream<Path> files = Files.list(folder)) {
            unnamed = files.filter(file -> !named.contains(String.valueOf(file.getFileName())))
                    .toList();
        }
        for (Path file : unnamed) {
            Files.delete(file);
        }
        log.info("Removed {} files from {} that the database does not name", unnamed.size(), folder);
    }

    /** Who takes rows one by one. */
    interface Taker {
        void take(Row row) throws SQLException;
    }
}

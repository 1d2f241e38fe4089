package dev.dpo4j.move;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded file without what it no longer needs. A copy of it is compacted by H2, forced to the disk, opened again and compared
 * with the old file row by row; only then it takes the old one's place, at once or not at all. Files of
 * blobs that the database does not name go too.
 */
final class Compaction {

    private static final Logger log = LoggerFactory.getLogger(Compaction.class);

    private Compaction() {}

    static void run(EmbeddedFile old) throws SQLException, IOException {
        EmbeddedFile fresh = new EmbeddedFile(old.database().resolveSibling("compacted"));
        // Held until the end: no service may start on the old file once it is copied.
        try (Connection from = old.read()) {
            Files.copy(old.file(), fresh.file(), StandardCopyOption.REPLACE_EXISTING);
            fresh.compact();
            force(fresh.file());
            try (Connection to = fresh.read()) {
                Comparison.requireEqual(from, to);
            }
            long before = Files.size(old.file());
            long after = Files.size(fresh.file());
            Files.move(fresh.file(), old.file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            BlobsInFiles.removeUnnamed(from, old.blobs());
            log.info("Compacted {}: {} MB before, {} MB now", old.file(), before >> 20, after >> 20);
        } finally {
            Files.deleteIfExists(fresh.file());
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}

package dev.dpo4j.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What becomes of blobs in files when their database is carried into another. */
@ExtendWith(OutputCaptureExtension.class)
class BlobsInFilesTest {

    private static final int PART = 4 << 20;

    @TempDir
    private Path folder;

    private DriverManagerDataSource source;
    private DriverManagerDataSource target;

    @BeforeEach
    void makeTheTables() {
        source = migrated("source");
        target = migrated("target");
    }

    @Test
    void aFileBecomesParts() throws IOException, SQLException {
        byte[] bytes = random(PART + 5);
        blob("whole", bytes);
        blob("empty", new byte[0]);
        copy();
        List<Part> parts = parts();
        assertThat(parts).extracting(Part::blob).containsExactly("whole", "whole");
        assertThat(parts).extracting(Part::sequence).containsExactly(0, 1);
        byte[] joined = new byte[bytes.length];
        System.arraycopy(parts.getFirst().content(), 0, joined, 0, PART);
        System.arraycopy(parts.getLast().content(), 0, joined, PART, 5);
        assertThat(joined).isEqualTo(bytes);
        assertThat(parts).allSatisfy(part -> assertThat(part.sha256()).isEqualTo(Sha256.of(part.content())));
        assertThat(JdbcClient.create(target)
                        .sql("select count(*) from blob_manifest where complete and not in_file")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void whatWasLostOrChangedIsSaidAndMakesNoParts(CapturedOutput output) throws IOException, SQLException {
        Files.delete(blob("lost", random(7)));
        Path changed = Files.write(blob("changed", random(8)), random(9));
        copy();
        assertThat(parts()).isEmpty();
        assertThat(output).contains("of blob lost was lost or changed").contains("The file " + changed);
    }

    @Test
    void onlyFilesThatNoBlobHasAreRemoved() throws IOException, SQLException {
        Path named = blob("named", random(7));
        Path nobodys = Files.write(folder.resolve(Sha256.of(random(8))), random(8));
        Path unfinished = Files.write(folder.resolve("some-id.part"), random(9));
        try (Connection connection = source.getConnection()) {
            BlobsInFiles.removeUnnamed(connection, folder);
        }
        assertThat(named).exists();
        assertThat(nobodys).doesNotExist();
        assertThat(unfinished).doesNotExist();
    }

    private Path blob(String id, byte[] bytes) throws IOException {
        JdbcClient.create(source)
                .sql("""
                        insert into blob_manifest (id, byte_length, sha256, created_at, complete, in_file)
                        values (?, ?, ?, current_timestamp, true, true)""")
                .params(id, bytes.length, Sha256.of(bytes))
                .update();
        return Files.write(folder.resolve(Sha256.of(bytes)), bytes);
    }

    private void copy() throws SQLException, IOException {
        try (Connection from = source.getConnection();
                Connection to = target.getConnection()) {
            new DatabaseCopy(from, new BlobsInFiles(from, folder), to).run();
        }
    }

    private List<Part> parts() {
        return JdbcClient.create(target)
                .sql("select blob_id, sequence, sha256, content from blob_part order by sequence")
                .query((row, number) -> new Part(row.getString(1), row.getInt(2), row.getString(3), row.getBytes(4)))
                .list();
    }

    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; never compared
    private record Part(String blob, int sequence, String sha256, byte[] content) {}

    private DriverManagerDataSource migrated(String name) {
        DriverManagerDataSource database = new DriverManagerDataSource(
                "jdbc:h2:mem:" + name + "-" + folder.getFileName() + ";DB_CLOSE_DELAY=-1", "sa", "");
        Flyway.configure().dataSource(database).load().migrate();
        return database;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}

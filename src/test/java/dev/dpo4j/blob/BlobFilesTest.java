package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.util.unit.DataSize;

@DataJpaTest(properties = {"dpo4j.home=target/test-homes/${random.uuid}", "spring.jpa.hibernate.ddl-auto=validate"})
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@EnableConfigurationProperties(StorageProperties.class)
@Import(BlobBeans.class)
@Tag("persistence")
class BlobFilesTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private Path directory;

    @Autowired
    BlobStore store;

    @Autowired
    Database database;

    @Autowired
    JdbcTemplate sql;

    @Test
    @Tag("embedded")
    void theEmbeddedDatabaseNeedsNoCopies() throws IOException {
        Blob blob = write(100, 1);
        assertThat(read(files(1000, START), blob)).hasSize(100);
        assertThat(copies()).isEmpty();
    }

    @Test
    @Tag("postgresql")
    void whatIsReadTwiceComesOnceFromTheDatabase() throws IOException {
        Blob blob = write(100, 2);
        BlobFiles files = files(1000, START);
        byte[] first = read(files, blob);
        sql.update("delete from blob_part where blob_id = ?", blob.id());
        assertThat(read(files, blob)).isEqualTo(first).hasSize(100);
        assertThat(copies()).containsExactly(blob.sha256());
    }

    @Test
    @Tag("postgresql")
    void aDamagedCopyIsReplaced() throws IOException {
        Blob blob = write(100, 3);
        BlobFiles files = files(1000, START);
        byte[] whole = read(files, blob);
        Files.write(directory.resolve(blob.sha256()), new byte[100]);
        assertThat(read(files, blob)).isEqualTo(whole);
        Files.write(directory.resolve(blob.sha256()), new byte[3]);
        assertThat(read(files, blob)).isEqualTo(whole);
    }

    @Test
    @Tag("postgresql")
    void theLeastRecentlyUsedCopiesMakeRoom() throws IOException {
        Blob first = write(400, 4);
        Blob second = write(400, 5);
        Blob third = write(400, 6);
        read(files(1000, START), first);
        read(files(1000, START.plusSeconds(1)), second);
        read(files(1000, START.plusSeconds(2)), first);
        read(files(1000, START.plusSeconds(3)), third);
        assertThat(copies()).containsExactlyInAnyOrder(first.sha256(), third.sha256());
        Blob large = write(1001, 7);
        assertThat(read(files(1000, START.plusSeconds(4)), large)).hasSize(1001);
        assertThat(copies()).containsExactlyInAnyOrder(first.sha256(), third.sha256());
    }

    @Test
    @Tag("postgresql")
    void withoutAPlaceForCopiesTheDatabaseIsRead() throws IOException {
        Blob blob = write(100, 8);
        Path file = Files.createFile(directory.resolve("file"));
        BlobFiles files = new BlobFiles(
                store, database, properties(file.resolve("below"), 1000), Clock.fixed(START, ZoneOffset.UTC));
        assertThat(read(files, blob)).hasSize(100);
        assertThatThrownBy(() -> files.read("unknown")).isInstanceOf(UnknownBlobException.class);
    }

    private BlobFiles files(long capacity, Instant now) {
        return new BlobFiles(store, database, properties(directory, capacity), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static StorageProperties properties(Path directory, long capacity) {
        return new StorageProperties(
                directory,
                null,
                new StorageProperties.FileCache(directory, DataSize.ofBytes(capacity)),
                DataSize.ofMegabytes(1));
    }

    private Blob write(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        try (BlobWriter writer = store.open()) {
            writer.write(bytes, 0, size);
            return writer.finish();
        }
    }

    private static byte[] read(BlobFiles files, Blob blob) throws IOException {
        try (InputStream in = files.read(blob.id())) {
            return in.readAllBytes();
        }
    }

    private List<String> copies() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

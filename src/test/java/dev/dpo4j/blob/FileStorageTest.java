package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Blobs in files beside the embedded database, and what a process leaves that dies between any two steps. */
@Tag("embedded")
@ExtendWith(OutputCaptureExtension.class)
class FileStorageTest extends BlobStoreContract {

    @Autowired
    FileStorage files;

    @Autowired
    BlobRows rows;

    @Autowired
    BlobTransactions transactions;

    private Path folder;

    @BeforeEach
    void sweepWhatOtherTestsLeft() {
        folder = storage.directory().resolve(BlobFolder.NAME);
        start(Set.of());
        assertThat(stored()).isZero();
    }

    @Override
    long stored() {
        return names().size();
    }

    @Test
    void aFileIsNamedAfterItsBytesAndTheDatabaseHasNone() throws IOException {
        byte[] bytes = random(PART + 9);
        Blob blob = write(bytes);
        assertThat(folder.resolve(blob.sha256())).hasBinaryContent(bytes);
        assertThat(names()).containsExactly(blob.sha256());
        assertThat(count("select count(*) from blob_part where blob_id = ?", blob.id()))
                .isZero();
    }

    @Test
    void smallWritesAndLargeOnesKeepTheirOrder() throws IOException {
        byte[] bytes = random(70 << 20);
        String id;
        try (BlobWriter writer = store.open()) {
            for (int from = 0, size = 1; from < bytes.length; from += size, size = size * 3 % 5_000_011) {
                size = Math.min(size, bytes.length - from);
                writer.write(bytes, from, size);
            }
            id = writer.finish().id();
        }
        assertThat(readAll(id)).isEqualTo(bytes);
    }

    @Test
    void equalBytesAreStoredOnceUntilTheLastOwnerIsGone() {
        byte[] bytes = random(1000);
        Blob first = write(bytes);
        Blob second = write(bytes);
        assertThat(names()).containsExactly(first.sha256());
        store.delete(second.id());
        assertThat(names()).containsExactly(first.sha256());
        store.delete(first.id());
        assertThat(names()).isEmpty();
    }

    @Test
    void whoWritesTheSameBytesAgainHealsADamagedFile() throws IOException {
        byte[] bytes = random(1000);
        Blob damaged = write(bytes);
        Files.write(folder.resolve(damaged.sha256()), random(999));
        Blob again = write(bytes);
        assertThat(readAll(again.id())).isEqualTo(bytes);
        assertThat(readAll(damaged.id())).isEqualTo(bytes);
    }

    @Test
    void whatIsBeingReadMayBeDeleted() throws IOException {
        byte[] bytes = random(PART + 3);
        Blob blob = write(bytes);
        try (InputStream in = store.read(blob.id())) {
            store.delete(blob.id());
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void aFileIsNeverLostToSomebodyWhoDeletesTheSameBytes()
            throws InterruptedException, ExecutionException, IOException {
        byte[] bytes = random(100);
        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 40; round++) {
                Blob old = write(bytes);
                Future<Blob> written = two.submit(() -> write(bytes));
                Future<?> deleted = two.submit(() -> store.delete(old.id()));
                deleted.get();
                assertThat(readAll(written.get().id())).isEqualTo(bytes);
                store.delete(written.get().id());
                assertThat(names()).isEmpty();
            }
        }
    }

    @Test
    void whoDiesWhileWritingLeavesNothing() {
        Blob other = write(random(10));
        BlobWriter writer = store.open();
        writer.write(random(PART), 0, PART);
        assertThat(names()).contains(writer.id() + ".part");
        start(Set.of(other.id()));
        assertThat(names()).containsExactly(other.sha256());
        assertThat(manifests(writer.id())).isZero();
    }

    @Test
    void whoDiesBetweenTheManifestsNameAndTheFilesLeavesNothing() throws IOException {
        Blob other = write(random(10));
        Blob named = begun(random(20));
        Files.write(folder.resolve(named.id() + ".part"), random(20));
        start(Set.of(other.id()));
        assertThat(names()).containsExactly(other.sha256());
        assertThat(manifests(named.id())).isZero();
    }

    @Test
    void whoDiesBeforeTheManifestIsCompleteLeavesNothing() throws IOException {
        Blob other = write(random(10));
        Blob named = begun(random(20));
        Files.write(folder.resolve(named.sha256()), random(20));
        assertThatThrownBy(() -> store.read(named.id())).isInstanceOf(UnknownBlobException.class);
        start(Set.of(other.id()));
        assertThat(names()).containsExactly(other.sha256());
        assertThat(manifests(named.id())).isZero();
    }

    @Test
    void whoDiesAmidADeletionLeavesNothingAndTakesNothingThatIsShared() throws IOException {
        byte[] bytes = random(20);
        Blob half = write(bytes);
        Blob sharing = write(bytes);
        transactions.write(() -> rows.forget(half.id()));
        start(Set.of(sharing.id()));
        assertThat(manifests(half.id())).isZero();
        assertThat(readAll(sharing.id())).isEqualTo(bytes);

        transactions.write(() -> rows.forget(sharing.id()));
        Files.delete(folder.resolve(sharing.sha256()));
        start(Set.of());
        assertThat(manifests(sharing.id())).isZero();
        assertThat(names()).isEmpty();
    }

    @Test
    void filesThatTheDatabaseDoesNotKnowAreLeftAlone() throws IOException {
        Files.createDirectories(folder);
        Path unknown = Files.write(folder.resolve(Sha256.of(random(5))), random(5));
        start(Set.of());
        assertThat(unknown).exists();
        Files.delete(unknown);
    }

    @Test
    void aFolderThatIsNotTheDatabasesIsSaid(CapturedOutput output) throws IOException {
        Blob blob = write(random(30));
        Files.delete(folder.resolve(blob.sha256()));
        start(Set.of(blob.id()));
        assertThat(output).contains("1 files that the database names are not in " + folder);
    }

    @Test
    void blobsInRowsAreReadAndRemovedToo() throws IOException {
        transactions.write(() -> rows.save(new BlobRow("of-old", clock.instant())));
        byte[] bytes = random(50);
        sql.update(
                "insert into blob_part (blob_id, sequence, sha256, content) values ('of-old', 0, ?, ?)",
                Sha256.of(bytes),
                bytes);
        store.complete(new Blob("of-old", bytes.length, Sha256.of(bytes)));
        assertThat(readAll("of-old")).isEqualTo(bytes);
        store.delete("of-old");
        assertThat(count("select count(*) from blob_part where blob_id = 'of-old'"))
                .isZero();
    }

    /** What the service does at its start. */
    private void start(Set<String> claimed) {
        sweep.sweep(List.of(() -> claimed), Instant.MAX);
        files.tidy();
    }

    /** A manifest that names its file and is not complete. */
    private Blob begun(byte[] bytes) {
        Blob blob = new Blob("begun-" + bytes.length, bytes.length, Sha256.of(bytes));
        transactions.write(() -> rows.save(new BlobRow(blob.id(), clock.instant())));
        transactions.write(() -> rows.nameFile(blob.id(), blob.length(), blob.sha256()));
        return blob;
    }

    private List<String> names() {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> String.valueOf(file.getFileName())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

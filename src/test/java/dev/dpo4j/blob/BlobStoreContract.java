package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.BlobDamage;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What holds for blobs wherever their bytes are. */
@DataJpaTest(properties = {"dpo4j.home=target/test-homes/${random.uuid}", "spring.jpa.hibernate.ddl-auto=validate"})
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@EnableConfigurationProperties(StorageProperties.class)
@Import(BlobBeans.class)
@Tag("persistence")
abstract class BlobStoreContract {

    static final int PART = BlobStore.PART_SIZE;

    @Autowired
    BlobStore store;

    @Autowired
    BlobSweep sweep;

    @Autowired
    Database database;

    @Autowired
    StorageProperties storage;

    @Autowired
    JdbcTemplate sql;

    @Autowired
    Clock clock;

    @Test
    void whatIsWrittenIsReadBackAcrossPartBoundaries() throws Exception {
        for (int size : new int[] {0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 17}) {
            byte[] bytes = random(size);
            Blob blob = write(bytes);
            assertThat(blob.length()).isEqualTo(size);
            assertThat(blob.sha256())
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
            assertThat(store.find(blob.id())).contains(blob);
            assertThat(readAll(blob.id())).isEqualTo(bytes);
        }
    }

    @Test
    void anUnfinishedBlobCannotBeReadAndIsRemovedOnClose() {
        long before = stored();
        String id;
        try (BlobWriter writer = store.open()) {
            id = writer.id();
            writer.write(random(PART + 5), 0, PART + 5);
            assertThat(stored()).isGreaterThan(before);
            assertThatThrownBy(() -> store.read(id)).isInstanceOf(UnknownBlobException.class);
        }
        assertThat(stored()).isEqualTo(before);
        assertThat(manifests(id)).isZero();
    }

    @Test
    void aDeletedBlobLeavesNothing() throws IOException {
        long before = stored();
        Blob blob = write(random(PART + 5));
        assertThat(stored()).isGreaterThan(before);
        store.delete(blob.id());
        assertThat(store.find(blob.id())).isEmpty();
        assertThat(stored()).isEqualTo(before);
        assertThat(manifests(blob.id())).isZero();
    }

    @Test
    void theSweepRemovesWhatNobodyFinishedOrClaims() throws IOException {
        Blob claimed = write(random(3));
        Blob unclaimed = write(random(3));
        BlobWriter unfinished = store.open();
        unfinished.write(random(PART), 0, PART);
        sweep.sweep(List.of(() -> Set.of(claimed.id()), Set::of), Instant.MAX);
        assertThat(readAll(claimed.id())).hasSize(3);
        assertThat(manifests(unclaimed.id())).isZero();
        assertThat(manifests(unfinished.id())).isZero();
        unfinished.close();
        assertThat(stored()).isOne();
    }

    @Test
    void aBlobThatWasSweptWhileItWasWrittenIsNotFinished() {
        try (BlobWriter late = store.open()) {
            late.write(random(3), 0, 3);
            sweep.sweep(List.of(), Instant.MAX);
            assertThatThrownBy(late::finish).isInstanceOf(RuntimeException.class);
            assertThat(store.find(late.id())).isEmpty();
        }
        assertThat(stored()).isZero();
    }

    @Test
    void blobsOfTheSameBytesLiveAndDieByThemselves() throws IOException {
        byte[] bytes = random(PART + 7);
        Blob first = write(bytes);
        Blob second = write(bytes);
        store.delete(first.id());
        assertThat(readAll(second.id())).isEqualTo(bytes);
        Blob third = write(bytes);
        store.delete(second.id());
        assertThat(readAll(third.id())).isEqualTo(bytes);
    }

    @Test
    void damageIsNamedBeforeItsBytesAreHandedOut() {
        BlobDamage damage =
                new BlobDamage(JdbcClient.create(sql), storage.directory().resolve(BlobFolder.NAME));
        Blob changed = write(random(PART - 1));
        damage.change(changed.id());
        assertThatThrownBy(() -> firstByte(changed.id()))
                .isInstanceOf(BlobCorruptException.class)
                .hasMessageContaining(changed.id())
                .hasMessageContaining("does not have the SHA-256 it ");
        Blob lost = write(random(PART - 2));
        damage.lose(lost.id());
        assertThatThrownBy(() -> firstByte(lost.id()))
                .isInstanceOf(BlobCorruptException.class)
                .hasMessageContaining(lost.id())
                .hasMessageContaining(" is missing");
        store.delete(lost.id());
        store.delete(changed.id());
        assertThat(manifests(lost.id()) + manifests(changed.id())).isZero();
    }

    @Test
    void theSweepLeavesWhatSomebodyMayBeAtWorkOn() throws IOException {
        Blob unclaimed = write(random(3));
        BlobWriter unfinished = store.open();
        unfinished.write(random(PART), 0, PART);
        long before = stored();
        sweep.sweep(List.of(), clock.instant().minus(BlobSweep.ABANDONED));
        assertThat(stored()).isEqualTo(before);
        assertThat(readAll(unclaimed.id())).hasSize(3);
        sweep.sweep(List.of(), clock.instant().plusSeconds(1));
        assertThat(manifests(unclaimed.id())).isZero();
        assertThat(manifests(unfinished.id())).isZero();
        unfinished.close();
    }

    @Test
    void theSweepLeavesABlobThatPassesFromOneOwnerToAnother() throws IOException {
        Blob blob = write(random(3));
        boolean[] passed = {false};
        BlobOwner next = () -> passed[0] ? Set.of(blob.id()) : Set.of();
        BlobOwner former = () -> {
            Set<String> claimed = Set.of();
            passed[0] = true;
            return claimed;
        };
        sweep.sweep(List.of(next, former), Instant.MAX);
        assertThat(readAll(blob.id())).hasSize(3);
    }

    /** How many parts or files there are. */
    abstract long stored();

    private int firstByte(String id) throws IOException {
        try (InputStream in = store.read(id)) {
            return in.read();
        }
    }

    Blob write(byte[] bytes) {
        try (BlobWriter writer = store.open()) {
            writer.write(bytes, 0, bytes.length);
            return writer.finish();
        }
    }

    byte[] readAll(String id) throws IOException {
        try (InputStream in = store.read(id)) {
            return in.readAllBytes();
        }
    }

    long manifests(String id) {
        return count("select count(*) from blob_manifest where id = ?", id);
    }

    long count(String query, Object... values) {
        Long count = sql.queryForObject(query, Long.class, values);
        return count == null ? -1 : count;
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}

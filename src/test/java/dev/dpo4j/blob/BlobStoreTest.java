package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

@DataJpaTest(properties = {"dpo4j.home=target/test-homes/${random.uuid}", "spring.jpa.hibernate.ddl-auto=validate"})
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@EnableConfigurationProperties(StorageProperties.class)
@Import({BlobStore.class, Database.class, BlobSweep.class})
@Tag("persistence")
class BlobStoreTest {

    private static final int PART = BlobStore.PART_SIZE;

    @Autowired
    BlobStore store;

    @Autowired
    BlobSweep sweep;

    @Autowired
    Database database;

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
            assertThat(parts(blob.id())).isEqualTo((size + PART - 1) / PART);
        }
    }

    @Test
    void anUnfinishedBlobCannotBeReadAndIsRemovedOnClose() {
        String id;
        try (BlobWriter writer = store.open()) {
            id = writer.id();
            writer.write(random(PART + 5), 0, PART + 5);
            assertThat(parts(id)).isEqualTo(1);
            assertThatThrownBy(() -> store.read(id)).isInstanceOf(UnknownBlobException.class);
        }
        assertThat(parts(id)).isZero();
        assertThat(manifests(id)).isZero();
    }

    @Test
    void aDeletedBlobLeavesNothing() throws IOException {
        Blob blob = write(random(PART + 5));
        store.delete(blob.id());
        assertThat(store.find(blob.id())).isEmpty();
        assertThat(parts(blob.id())).isZero();
        assertThat(manifests(blob.id())).isZero();
    }

    @Test
    void aChangedPartIsNamed() throws IOException {
        Blob blob = write(random(PART + 5));
        sql.update("update blob_part set content = ? where blob_id = ? and sequence = 1", random(5), blob.id());
        assertThatThrownBy(() -> readAll(blob.id()))
                .isInstanceOf(BlobCorruptException.class)
                .hasMessageContaining(blob.id())
                .hasMessageContaining("part 1 does not have the SHA-256");
    }

    @Test
    void aMissingPartIsNamed() throws IOException {
        Blob blob = write(random(PART + 5));
        sql.update("delete from blob_part where blob_id = ? and sequence = 0", blob.id());
        assertThatThrownBy(() -> readAll(blob.id()))
                .isInstanceOf(BlobCorruptException.class)
                .hasMessageContaining("part 0 is missing");
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
        assertThat(parts(unfinished.id())).isZero();
    }

    @Test
    void theSweepLeavesWhatSomebodyMayBeAtWorkOn() throws IOException {
        Blob unclaimed = write(random(3));
        BlobWriter unfinished = store.open();
        unfinished.write(random(PART), 0, PART);
        sweep.sweep(List.of(), clock.instant().minus(BlobSweep.ABANDONED));
        assertThat(readAll(unclaimed.id())).hasSize(3);
        assertThat(parts(unfinished.id())).isOne();
        sweep.sweep(List.of(), clock.instant().plusSeconds(1));
        assertThat(manifests(unclaimed.id())).isZero();
        assertThat(manifests(unfinished.id())).isZero();
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

    @Test
    @Tag("embedded")
    void everyCommitIsWrittenBeforeItIsAcknowledged() {
        assertThat(database.embedded()).isTrue();
        assertThat(sql.queryForList(
                        "select setting_value from information_schema.settings where setting_name = 'WRITE_DELAY'",
                        String.class))
                .isNotEmpty()
                .containsOnly("0");
        database.sync();
    }

    @Test
    @Tag("postgresql")
    void partsAreUncompressedBytesAndNeverLargeObjects() {
        write(random(PART + 5));
        assertThat(sql.queryForObject("""
                        select format_type(atttypid, atttypmod) || ' ' || attstorage::text from pg_attribute
                        where attrelid = 'blob_part'::regclass and attname = 'content'""", String.class))
                .as("type and storage: e is external")
                .isEqualTo("bytea e");
        assertThat(sql.queryForObject("select count(*) from pg_largeobject_metadata", Long.class))
                .isZero();
    }

    private Blob write(byte[] bytes) {
        try (BlobWriter writer = store.open()) {
            writer.write(bytes, 0, bytes.length);
            return writer.finish();
        }
    }

    private byte[] readAll(String id) throws IOException {
        try (InputStream in = store.read(id)) {
            return in.readAllBytes();
        }
    }

    private long parts(String id) {
        return count("select count(*) from blob_part where blob_id = ?", id);
    }

    private long manifests(String id) {
        return count("select count(*) from blob_manifest where id = ?", id);
    }

    private long count(String query, String id) {
        Long count = sql.queryForObject(query, Long.class, id);
        return count == null ? -1 : count;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}

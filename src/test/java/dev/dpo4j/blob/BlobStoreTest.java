package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Blobs in rows of the database. */
@TestPropertySource(properties = "dpo4j.storage.blobs=database")
class BlobStoreTest extends BlobStoreContract {

    @Autowired
    private RowVacuum vacuum;

    @Override
    long stored() {
        return count("select count(*) from blob_part");
    }

    @Test
    void aBlobIsCutIntoPartsOfFourMegabytes() {
        for (int size : new int[] {0, 1, PART, PART + 1, 2 * PART + 17}) {
            assertThat(parts(write(random(size)).id())).isEqualTo((size + PART - 1) / PART);
        }
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

    /** Eight blobs of 68 MB, one after the other as checkpoints come, of which two are there at a time. */
    @Test
    @Tag("postgresql")
    void theRoomOfARemovedBlobIsForTheNextOne() throws InterruptedException {
        long before = partsOnDisk();
        byte[] bytes = random(17 * PART);
        String last = write(bytes).id();
        for (int i = 0; i < 7; i++) {
            String next = write(bytes).id();
            store.delete(last);
            vacuum.await();
            last = next;
        }
        assertThat(partsOnDisk() - before).isLessThan((long) (2.5 * bytes.length));
        store.delete(last);
    }

    private long partsOnDisk() {
        return count("select pg_total_relation_size('blob_part')");
    }

    private long parts(String id) {
        return count("select count(*) from blob_part where blob_id = ?", id);
    }
}

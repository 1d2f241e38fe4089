package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.context.annotation.Import;

@DataJpaTest(properties = {"dpo4j.home=target/test-homes/${random.uuid}", "dpo4j.storage.reserve=1000000GB"})
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@EnableConfigurationProperties(StorageProperties.class)
@Import(BlobBeans.class)
class StorageFullTest {

    @Autowired
    BlobStore store;

    @Autowired
    FileStorage files;

    @Autowired
    Database database;

    @Test
    void aBlobIsRefusedWhenTheDiskHasNoRoomBesideTheReserve() {
        assertThatThrownBy(store::open)
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("Free some space");
    }

    @Test
    void aFileThatFindsNoRoomIsGivenUp(@TempDir Path folder) {
        FileSink sink = new FileSink("full", folder.resolve("full.part"), files, database);
        sink.write(new byte[10], 0, 10);
        assertThatThrownBy(() -> sink.write(new byte[BlobStore.PART_SIZE], 0, BlobStore.PART_SIZE))
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("Free some space");
        sink.discard();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFullDiskIsRecognisedWhoeverReportsIt() {
        assertThat(StorageFullException.behind(
                        new IllegalStateException(new IOException("write failed: No space left on device"))))
                .isPresent();
        assertThat(StorageFullException.behind(
                        new IllegalStateException(new SQLException("could not extend file", "53100"))))
                .isPresent();
        assertThat(StorageFullException.behind(new SQLException("no room", "HY000", 90100)))
                .isPresent();
    }

    @Test
    void otherFailuresAreNotMistakenForAFullDisk() {
        assertThat(StorageFullException.behind(new IllegalStateException(new IOException("broken pipe"))))
                .isEmpty();
        assertThat(StorageFullException.behind(new IllegalStateException("No space left on device")))
                .isEmpty();
    }
}

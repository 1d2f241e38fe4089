package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.context.annotation.Import;

@DataJpaTest(properties = "dpo4j.home=target/test-homes/${random.uuid}")
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@EnableConfigurationProperties(StorageProperties.class)
@Import(Database.class)
class RoomTest {

    @Autowired
    Database database;

    @Autowired
    StorageProperties storage;

    @Test
    void whatIsSetAsideForOneIsNotGivenToAnother() throws IOException {
        Files.createDirectories(storage.directory());
        long most = Files.getFileStore(storage.directory()).getUsableSpace() / 10 * 6; // fits once, not twice

        Database.Room room = database.setAside(most);
        assertThat(database.bytesSetAside()).isEqualTo(most);
        assertThatThrownBy(() -> database.setAside(most)).isInstanceOf(StorageFullException.class);
        assertThatThrownBy(() -> database.requireRoomFor(most)).isInstanceOf(StorageFullException.class);

        room.close();
        room.close();
        assertThat(database.bytesSetAside()).isZero();
        database.requireRoomFor(most);
    }
}

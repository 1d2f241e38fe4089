package dev.dpo4j.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/losses.svg} shows the losses as they are. To draw it anew: {@code ./mvnw test -Dtest=LossPictureTest -Ddocs.write=true}. */
class LossPictureTest {

    private static final Path PICTURE = Path.of("docs/losses.svg");

    @Test
    void thePictureIsOfTheLossesAsTheyAre() throws IOException {
        String drawn = LossPicture.svg();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PICTURE, drawn);
        }
        assertThat(drawn)
                .as("draw docs/losses.svg anew: ./mvnw test -Dtest=LossPictureTest -Ddocs.write=true")
                .isEqualTo(Files.readString(PICTURE));
    }
}

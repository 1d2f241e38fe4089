package dev.dpo4j.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class Sha256Test {

    private static final byte[] ABC = "abc".getBytes(StandardCharsets.US_ASCII);

    /** The standard's example (FIPS 180-4). */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void bytesAndPiecesOfThemHaveOneHash() {
        MessageDigest pieces = Sha256.digest();
        pieces.update((byte) 'a');
        pieces.update(ABC, 1, 2);

        assertThat(Sha256.of(ABC)).isEqualTo(OF_ABC);
        assertThat(Sha256.hex(pieces)).isEqualTo(OF_ABC);
    }

    @Test
    void aStreamHasTheHashOfItsBytesHoweverLongItIs() throws IOException {
        byte[] many = new byte[(3 << 20) + 1];
        many[many.length - 1] = 1;

        assertThat(Sha256.of(new ByteArrayInputStream(ABC))).isEqualTo(OF_ABC);
        assertThat(Sha256.of(new ByteArrayInputStream(many))).isEqualTo(Sha256.of(many));
    }
}

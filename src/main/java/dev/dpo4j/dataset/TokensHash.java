package dev.dpo4j.dataset;

import dev.dpo4j.digest.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/** The first half of a SHA-256 over token sequences: equal when they are, as far as anybody can make them, in 16 bytes whatever their length. */
record TokensHash(long high, long low) {

    static TokensHash of(List<int[]> sequences) {
        MessageDigest digest = Sha256.digest();
        for (int[] tokens : sequences) {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (tokens.length + 1));
            bytes.putInt(tokens.length);
            bytes.asIntBuffer().put(tokens);
            digest.update(bytes.array());
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new TokensHash(hash.getLong(), hash.getLong());
    }
}

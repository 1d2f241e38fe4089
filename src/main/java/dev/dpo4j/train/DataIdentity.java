package dev.dpo4j.train;

import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.TokenizedPreference;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hashes for all that a run computes with of its data: token ids, weights and labels, in their order. */
public final class DataIdentity {

    private final MessageDigest sha256 = sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 13);

    private DataIdentity() {}

    /**
     * SHA-256, hexadecimal. It is kept with checkpoints: a version that hashes otherwise goes on with no job that an older one has begun.
     */
    public static String of(TokenizedData data) {
        DataIdentity identity = new DataIdentity();
        identity.add(data.training());
        identity.add(data.validation());
        identity.pass();
        return HexFormat.of().formatHex(identity.sha256.digest());
    }

    private void add(List<TokenizedPreference> preferences) {
        add(preferences.size());
        for (TokenizedPreference preference : preferences) {
            add(preference.prompt());
            List<int[]> answers = preference.answers();
            add(answers.size());
            answers.forEach(this::add);
            long weight = Double.doubleToLongBits(preference.weight());
            add((int) (weight >>> Integer.SIZE));
            add((int) weight);
            add(number(preference.label()));
            int[] mismatched = preference.mismatched();
            add(mismatched == null ? new int[0] : mismatched); // an answer has at least one token
        }
    }

    private static int number(@Nullable Label label) {
        return switch (label) {
            case null -> 0;
            case GOOD -> 1;
            case BAD -> 2;
        };
    }

    private void add(int[] tokens) {
        add(tokens.length);
        for (int token : tokens) {
            add(token);
        }
    }

    private void add(int number) {
        if (!buffer.hasRemaining()) {
            pass();
        }
        buffer.putInt(number);
    }

    private void pass() {
        sha256.update(buffer.flip());
        buffer.clear();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}

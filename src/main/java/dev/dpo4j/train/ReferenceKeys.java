package dev.dpo4j.train;

import dev.dpo4j.digest.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Names for log-probabilities, made of all that decides them: the same name, the same number, wherever model and data come from. Only
 * what is computed together with an answer is left out, which decides no more than the last bits.
 *
 * @param model a hash of the reference's shape and weights
 * @param machine what decides the last bits of its sums: kernels, BLAS, threads
 */
public record ReferenceKeys(String model, String machine) {

    /** Goes up when the same model on the same machine is to give other numbers, beyond rounding, than it did before. */
    private static final String ARITHMETIC = "dpo4j log-probability 1";

    /** SHA-256, hexadecimal, for the log-probability of an answer to a prompt, both in token ids. */
    String of(int[] prompt, int[] answer) {
        MessageDigest digest = Sha256.digest();
        for (String text : new String[] {ARITHMETIC, model, machine}) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            add(digest, bytes.length);
            digest.update(bytes);
        }
        for (int[] tokens : new int[][] {prompt, answer}) {
            add(digest, tokens.length);
            for (int token : tokens) {
                add(digest, token);
            }
        }
        return Sha256.hex(digest);
    }

    private static void add(MessageDigest digest, int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }
}

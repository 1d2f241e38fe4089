package dev.dpo4j.job;

import java.security.SecureRandom;

/** Ids as OpenAI's clients know them: a prefix and 24 random letters and digits. */
final class JobIds {

    static final String JOB = "ftjob-";
    static final String CHECKPOINT = "ftckpt_";

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private JobIds() {}

    static String create(String prefix) {
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}

package dev.dpo4j.job;

/** Texts that quote what a user or a library said, as any database can keep them: PostgreSQL refuses the character U+0000. */
final class Storable {

    private Storable() {}

    static String text(String said) {
        return said.replace('\0', '\uFFFD');
    }
}

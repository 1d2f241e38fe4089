package dev.dpo4j.blob;

import java.sql.SQLException;

/** Tells failures over a text that PostgreSQL cannot keep, whatever column it was for: one with the character U+0000 in it. */
public final class UnstorableText {

    /** SQL state character_not_in_repertoire. */
    private static final String STATE = "22021";

    private UnstorableText() {}

    /** Whether that is what caused a failure. */
    public static boolean isBehind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && STATE.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}

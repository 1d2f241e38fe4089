package dev.dpo4j.blob;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The disk that holds the database has no room left. Whoever was writing should stop, say so, and try again later. */
public class StorageFullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** H2's NO_DISK_SPACE_AVAILABLE. */
    private static final int H2_NO_DISK_SPACE = 90100;

    /** SQL state disk_full. */
    private static final String DISK_FULL = "53100";

    /** What Linux, macOS and Windows say of a full disk or an exhausted quota. */
    private static final List<String> WORDS =
            List.of("No space left on device", "not enough space on the disk", "Disk quota exceeded");

    StorageFullException(String message) {
        super(message);
    }

    private StorageFullException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The full disk behind a failure, when that is what it was. */
    public static Optional<StorageFullException> behind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageFullException full) {
                return Optional.of(full);
            }
            if (meansFull(cause)) {
                return Optional.of(new StorageFullException(
                        "The disk of the database is full. Free some space, then try again.", failure));
            }
        }
        return Optional.empty();
    }

    /** What to throw when a file cannot be written: this, when the disk is full. */
    static RuntimeException orUnchecked(String what, IOException failure) {
        return behind(failure)
                .<RuntimeException>map(full -> full)
                .orElseGet(() -> new UncheckedIOException(what, failure));
    }

    private static boolean meansFull(Throwable cause) {
        if (cause instanceof SQLException sql
                && (sql.getErrorCode() == H2_NO_DISK_SPACE || DISK_FULL.equals(sql.getSQLState()))) {
            return true;
        }
        String message = cause.getMessage();
        return (cause instanceof IOException || cause instanceof SQLException)
                && message != null
                && WORDS.stream().anyMatch(message::contains);
    }
}

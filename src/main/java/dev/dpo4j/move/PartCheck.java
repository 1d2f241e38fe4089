package dev.dpo4j.move;

import dev.dpo4j.digest.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the parts of blobs still have the SHA-256 they were written with. One that has not is named and carried as it is: the
 * service knows what to do about it, on any database.
 */
final class PartCheck {

    private static final Logger log = LoggerFactory.getLogger(PartCheck.class);

    private static final String TABLE = "blob_part";

    private PartCheck() {}

    static void look(Table table, Row row) {
        if (!table.name().equals(TABLE)) {
            return;
        }
        if (!(value(table, row, "content") instanceof byte[] bytes)
                || !Sha256.of(bytes).equals(value(table, row, "sha256"))) {
            log.warn(
                    "Part {} of blob {} was changed before now: it does not have the SHA-256 it was written with. It is carried as it is.",
                    value(table, row, "sequence"),
                    value(table, row, "blob_id"));
        }
    }

    private static @Nullable Object value(Table table, Row row, String column) {
        return row.values().get(table.columns().indexOf(column));
    }
}

package dev.dpo4j.move;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table, the same in both databases. Names are in lower case and go unquoted into statements, as the migrations have them.
 *
 * @param name its name
 * @param columns the names of its columns, sorted
 * @param binary whether it has binary columns, whose rows may be large
 * @param identity the column that the database numbers by itself; null: none
 */
record Table(
        String name,
        List<String> columns,
        boolean binary,
        @Nullable String identity) {

    private static final int ROWS_AT_ONCE = 100;

    /** How many of its rows to hold in memory. */
    int rowsAtOnce() {
        return binary ? 1 : ROWS_AT_ONCE;
    }

    String select() {
        return "select " + columns.stream().map(column -> "r." + column).collect(Collectors.joining(", ")) + " from "
                + name + " r";
    }

    String insert() {
        return "insert into " + name + " (" + String.join(", ", columns) + ") values ("
                + columns.stream().map(column -> "?").collect(Collectors.joining(", ")) + ")";
    }
}

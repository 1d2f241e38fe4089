package dev.dpo4j.move;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether one database holds the same rows as another. */
final class Comparison {

    private static final Logger log = LoggerFactory.getLogger(Comparison.class);

    private Comparison() {}

    /** @throws MoveException when a table is missing in one of them, or a row differs */
    static void requireEqual(Connection source, Connection target) throws SQLException {
        List<Table> tables = Tables.of(source);
        if (!tables.equals(Tables.of(target))) {
            throw new MoveException("The copy has other tables than the database. Nothing has been changed.");
        }
        for (Table table : tables) {
            requireEqual(table, Content.of(table, source), target);
        }
        log.info("Every row of {} tables was read back and is equal to the old one", tables.size());
    }

    /** @throws MoveException unless the table holds exactly that */
    static void requireEqual(Table table, Content expected, Connection target) throws SQLException {
        Content found = Content.of(table, target);
        if (!found.equals(expected)) {
            throw new MoveException(
                    "Table %s was read with %d rows, but its copy holds %d, or others. Nothing has been changed; try again, and look after the disks if it happens twice."
                            .formatted(table.name(), expected.rows(), found.rows()));
        }
    }
}

package dev.dpo4j.move;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies all tables of one database, and its blobs' files, into another that has the same, empty: in one transaction, committed when the target, read back,
 * holds what was read from the source. Of rows with binary values no more than one is in memory at a time.
 */
final class DatabaseCopy {

    private static final Logger log = LoggerFactory.getLogger(DatabaseCopy.class);

    private static final int ROWS_BETWEEN_NEWS = 1000;

    private final Connection source;
    private final BlobsInFiles files;
    private final Connection target;

    DatabaseCopy(Connection source, BlobsInFiles files, Connection target) {
        this.source = source;
        this.files = files;
        this.target = target;
    }

    /**
     * Copies.
     *
     * @throws MoveException when the databases have different tables, the target has rows, or something was lost on the way
     */
    void run() throws SQLException, IOException {
        target.setAutoCommit(false);
        List<Table> tables = Tables.of(target);
        requireSameTables(tables);
        for (Table table : tables) {
            requireEmpty(table);
        }
        for (Table table : tables) {
            Content content = copy(table);
            Comparison.requireEqual(table, content, target);
            restartNumbering(table);
            log.info("Copied {}: {} rows, read back and equal", table.name(), content.rows());
        }
        target.commit();
    }

    private void requireSameTables(List<Table> tables) throws SQLException {
        Map<String, List<String>> theirs = columns(Tables.of(source));
        Map<String, List<String>> ours = columns(tables);
        if (!theirs.equals(ours)) {
            throw new MoveException(
                    "The embedded database was last used by another version of dpo4j: its tables differ. Start this version on it once, stop it, and try again.");
        }
    }

    private static Map<String, List<String>> columns(List<Table> tables) {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        tables.forEach(table -> columns.put(table.name(), table.columns()));
        return columns;
    }

    private void requireEmpty(Table table) throws SQLException {
        try (Statement statement = target.createStatement();
                ResultSet rows = statement.executeQuery("select 1 from " + table.name() + " limit 1")) {
            if (rows.next()) {
                throw new MoveException(
                        "The target is not empty: its table %s has rows. Name a database that no service has worked on."
                                .formatted(table.name()));
            }
        }
    }

    private Content copy(Table table) throws SQLException, IOException {
        try (Statement select = source.createStatement();
                PreparedStatement insert = target.prepareStatement(table.insert());
                ResultSet rows = select.executeQuery(table.select())) {
            Inserts inserts = new Inserts(table, insert);
            while (rows.next()) {
                Row row = Row.of(rows, table);
                PartCheck.look(table, row);
                inserts.take(files.asRows(table, row));
            }
            files.parts(table, inserts);
            insert.executeBatch();
            return inserts.content;
        }
    }

    /** Rows on their way into a table. */
    private static final class Inserts implements BlobsInFiles.Taker {

        private final Table table;
        private final PreparedStatement insert;
        private Content content = Content.NOTHING;

        Inserts(Table table, PreparedStatement insert) {
            this.table = table;
            this.insert = insert;
        }

        @Override
        public void take(Row row) throws SQLException {
            content = content.plus(row);
            row.bind(insert);
            insert.addBatch();
            if (content.rows() % table.rowsAtOnce() == 0) {
                insert.executeBatch();
            }
            if (content.rows() % ROWS_BETWEEN_NEWS == 0) {
                log.info("Copying {}: {} rows so far", table.name(), content.rows());
            }
        }
    }

    /** The next row that the service inserts comes after the copied ones. */
    private void restartNumbering(Table table) throws SQLException {
        if (table.identity() == null) {
            return;
        }
        try (Statement statement = target.createStatement()) {
            long last = 0;
            try (ResultSet highest =
                    statement.executeQuery("select max(" + table.identity() + ") from " + table.name())) {
                if (highest.next()) {
                    last = highest.getLong(1);
                }
            }
            statement.execute("alter table %s alter column %s restart with %d"
                    .formatted(table.name(), table.identity(), last + 1));
        }
    }
}

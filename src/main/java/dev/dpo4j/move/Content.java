package dev.dpo4j.move;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a table holds, in a form that is equal when two tables hold the same rows, in whatever order.
 *
 * @param rows how many
 * @param sum of the SHA-256s of all rows, each taken as a number
 */
record Content(long rows, BigInteger sum) {

    static final Content NOTHING = new Content(0, BigInteger.ZERO);

    /** With one row more. */
    Content plus(Row row) {
        return new Content(rows + 1, sum.add(new BigInteger(1, row.sha256())));
    }

    /** Reads all of a table. */
    static Content of(Table table, Connection connection) throws SQLException {
        Content content = NOTHING;
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(table.rowsAtOnce());
            try (ResultSet result = statement.executeQuery(table.select())) {
                while (result.next()) {
                    content = content.plus(Row.of(result, table));
                }
            }
        }
        return content;
    }
}

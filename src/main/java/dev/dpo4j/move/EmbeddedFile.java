package dev.dpo4j.move;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * An embedded database's file.
 *
 * @param database its path without H2's suffix
 */
record EmbeddedFile(Path database) {

    private static final String USER = "sa";
    private static final String PASSWORD = "";

    private static final String SUFFIX = ".mv.db";

    private static final String BLOBS = "blobs";

    /** H2's DATABASE_ALREADY_OPEN. */
    private static final int IN_USE = 90020;

    /** H2's DATABASE_NOT_FOUND_WITH_IF_EXISTS. */
    private static final int NOT_THERE = 90146;

    Path file() {
        return database.resolveSibling(database.getFileName() + SUFFIX);
    }

    /** The folder of its blobs' files. */
    Path blobs() {
        return database.resolveSibling(BLOBS);
    }

    /**
     * Opens it for reading only: not a byte of it changes, and no service can start on it meanwhile. Rows come one by one, not as a
     * whole table in memory.
     *
     * @throws MoveException when it is not there, or somebody has it open
     */
    Connection read() {
        try {
            return DriverManager.getConnection(url() + ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE", USER, PASSWORD);
        } catch (SQLException e) {
            throw new MoveException(
                    switch (e.getErrorCode()) {
                        case IN_USE -> file() + " is in use. Stop the service that works on it, then try again.";
                        case NOT_THERE ->
                            "There is no embedded database " + file()
                                    + ". Set DPO4J_HOME to the folder of the service whose database is meant.";
                        default -> file() + " cannot be read: " + e.getMessage();
                    },
                    e);
        }
    }

    /** Has H2 write it anew and closes it. Space is not reused meanwhile, as the service does not either. */
    void compact() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(url() + ";IFEXISTS=TRUE;REUSE_SPACE=FALSE", USER, PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN COMPACT");
        }
    }

    private String url() {
        return "jdbc:h2:file:" + database.toAbsolutePath()
                + ";LAZY_QUERY_EXECUTION=TRUE;TRACE_LEVEL_FILE=0;CACHE_SIZE=65536";
    }
}

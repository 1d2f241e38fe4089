package dev.dpo4j.blob;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells failures of the way to the database from all others: it is away, or too busy to give a connection. */
public final class DatabaseAway {

    /** The class of SQL states that are about connections. */
    private static final String CONNECTION = "08";

    /**
     * PostgreSQL ends, has crashed, or cannot take connections yet, or any more (57P01 to 57P03, 53300), or has ended our session
     * because it was idle in a transaction, as that of a node that froze (25P03); H2 has lost the connection,
     * is closed, or is being closed.
     */
    private static final Set<String> STATES =
            Set.of("57P01", "57P02", "57P03", "53300", "25P03", "90067", "90098", "90121");

    /** What the pool says, without a state, of a connection it has given up; a rollback on it hides the reason. */
    private static final String THROWN_AWAY = "Connection is closed";

    private DatabaseAway() {}

    /** Whether that is what caused a failure. */
    public static boolean isBehind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException
                    || cause instanceof SQLNonTransientConnectionException
                    || cause instanceof SQLRecoverableException) {
                return true;
            }
            if (cause instanceof SQLException sql
                    && (isAboutConnections(sql.getSQLState()) || THROWN_AWAY.equals(sql.getMessage()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAboutConnections(@Nullable String state) {
        return state != null && (state.startsWith(CONNECTION) || STATES.contains(state));
    }
}

package dev.dpo4j.blob;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Has a PostgreSQL make the room of removed parts usable again, at once. Autovacuum looks for such work once a minute; checkpoints that
 * come faster would each take new room until then. Runs beside all else, one at a time; what is removed meanwhile is for the next.
 */
@Component
class RowVacuum {

    private static final Logger log = LoggerFactory.getLogger(RowVacuum.class);

    /** Parts of a blob from which it is worth the while: 64 MB. Autovacuum has the time for what is less. */
    private static final int MANY_PARTS = 16;

    /** Longer than any vacuum of these rows takes; the pool's own limit is shorter. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private final DataSource dataSource;
    private final boolean postgres;
    private boolean running;
    private boolean wanted;

    RowVacuum(DataSource dataSource) throws SQLException {
        this.dataSource = dataSource;
        try (Connection connection = dataSource.getConnection()) {
            this.postgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        }
    }

    /** Parts have been removed. Returns at once. */
    synchronized void removed(int parts) {
        if (!postgres || parts < MANY_PARTS) {
            return;
        }
        wanted = true;
        if (!running) {
            running = true;
            Thread.ofVirtual().name("vacuum").start(this::work);
        }
    }

    /** Waits until all that was removed before has been dealt with. */
    synchronized void await() throws InterruptedException {
        while (running) {
            wait();
        }
    }

    private void work() {
        while (takeWanted()) {
            try {
                vacuum();
            } catch (SQLException e) {
                // Autovacuum will do it, later.
                log.warn("The room of removed blobs is not usable again yet: {}", e.getMessage());
            }
        }
    }

    private synchronized boolean takeWanted() {
        boolean taken = wanted;
        wanted = false;
        if (!taken) {
            running = false;
            notifyAll();
        }
        return taken;
    }

    private void vacuum() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(LONGEST.toMillis()));
            statement.execute("vacuum blob_part");
        }
    }
}

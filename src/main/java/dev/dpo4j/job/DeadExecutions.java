package dev.dpo4j.job;

import dev.dpo4j.blob.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Executions that a crash left marked as running. On the embedded database nobody but us can have been running them, so at the
 * start they are dead for certain, and there is no need to wait until their heartbeats are missed.
 */
@Component
class DeadExecutions {

    private static final Logger log = LoggerFactory.getLogger(DeadExecutions.class);

    private final JdbcClient jdbc;
    private final Database database;

    DeadExecutions(JdbcClient jdbc, Database database) {
        this.jdbc = jdbc;
        this.database = database;
    }

    /** Makes them due again. To be called before the scheduler starts. */
    void revive() {
        if (!database.embedded()) {
            return;
        }
        int revived = jdbc.sql("""
                        update scheduled_tasks
                        set picked = false, picked_by = null, last_heartbeat = null, version = version + 1
                        where picked = true
                        """).update();
        if (revived > 0) {
            log.info("{} jobs were running when the service ended; they go on now", revived);
        }
    }
}

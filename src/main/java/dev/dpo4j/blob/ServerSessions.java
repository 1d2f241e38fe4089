package dev.dpo4j.blob;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.stereotype.Component;

/**
 * What every connection of the pool to a PostgreSQL is given, unless the settings say otherwise, so that nobody waits for ever: for the locks of a node
 * that froze in the middle of a transaction, or for an answer from a server that vanished without a word.
 */
@Component
class ServerSessions implements BeanPostProcessor {

    /** No transaction of ours waits for anything but the database. */
    private static final String END_FROZEN_TRANSACTIONS = "-c idle_in_transaction_session_timeout=30s";

    /** Seconds; far more than any statement of ours takes. */
    private static final String LONGEST_ANSWER = "60";

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof HikariDataSource pool && isPostgres(pool)) {
            pool.getDataSourceProperties().putIfAbsent("options", END_FROZEN_TRANSACTIONS);
            pool.getDataSourceProperties().putIfAbsent("socketTimeout", LONGEST_ANSWER);
            pool.getDataSourceProperties().putIfAbsent("tcpKeepAlive", "true");
        }
        return bean;
    }

    static boolean isPostgres(HikariDataSource pool) {
        return pool.getJdbcUrl() != null && pool.getJdbcUrl().startsWith("jdbc:postgresql:");
    }
}

package dev.dpo4j.blob;

import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.stereotype.Component;

/**
 * Migrates a PostgreSQL outside the pool, whose sessions end after a while ({@link ServerSessions}): Flyway holds its lock in a
 * transaction that does nothing while it changes large tables on another connection, which may take minutes.
 */
@Component
class MigrationSessions implements FlywayConfigurationCustomizer {

    @Override
    public void customize(FluentConfiguration configuration) {
        if (configuration.getDataSource() instanceof HikariDataSource pool && ServerSessions.isPostgres(pool)) {
            configuration.dataSource(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
        }
    }
}

package dev.dpo4j;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL, started once for all tests of this JVM. */
public final class PostgresServer {

    private static final String USER = "postgres";

    private static final Set<String> DATABASES = ConcurrentHashMap.newKeySet();

    private static @Nullable EmbeddedPostgres server;

    private PostgresServer() {}

    /** A database of the server; new and empty when this name is asked for the first time. */
    public static PostgresDatabase database(String name) {
        EmbeddedPostgres running = running();
        if (DATABASES.add(name)) {
            try (Connection connection = running.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create database \"" + name + "\"");
            } catch (SQLException e) {
                throw new IllegalStateException("The test's database " + name + " could not be created", e);
            }
        }
        return new PostgresDatabase(running.getJdbcUrl(USER, name), USER);
    }

    private static synchronized EmbeddedPostgres running() {
        if (server == null) {
            try {
                // One connection pool for each cached Spring context.
                server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "400")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("The PostgreSQL that tests want did not start", e);
            }
        }
        return server;
    }

    /**
     * How to reach a database.
     *
     * @param url its JDBC URL
     * @param user who may log in without a password
     */
    public record PostgresDatabase(String url, String user) {

        /** As settings of the service. */
        public List<String> settings() {
            return List.of("spring.datasource.url=" + url, "spring.datasource.username=" + user);
        }
    }
}

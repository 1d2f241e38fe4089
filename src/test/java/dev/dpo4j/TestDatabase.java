package dev.dpo4j;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.DigestUtils;

/**
 * Puts a test's Spring context on PostgreSQL when the build asks for it ({@code dpo4j.test.database=postgresql}): on a database
 * of its own for each home folder, as the embedded one has its file there.
 */
class TestDatabase implements EnvironmentPostProcessor, Ordered {

    private static final String WANTED = "dpo4j.test.database";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (!onPostgres()) {
            return;
        }
        PostgresServer.PostgresDatabase database =
                postgres(Path.of(environment.getRequiredProperty(HomeFolder.PROPERTY)));
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test database",
                        Map.of(
                                "spring.datasource.url", database.url(),
                                "spring.datasource.username", database.user(),
                                "spring.datasource.password", "")));
    }

    /** The database that a service with this (absolute) home folder works on, for who wants to get there first. */
    static DataSource of(Path home) {
        if (onPostgres()) {
            PostgresServer.PostgresDatabase database = postgres(home);
            return new DriverManagerDataSource(database.url(), database.user(), "");
        }
        return new DriverManagerDataSource("jdbc:h2:file:" + home.resolve("db/dpo4j"), "sa", "");
    }

    static boolean onPostgres() {
        return "postgresql".equals(System.getProperty(WANTED));
    }

    private static PostgresServer.PostgresDatabase postgres(Path home) {
        return PostgresServer.database(
                "home_" + DigestUtils.md5DigestAsHex(home.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** After {@link HomeFolder}, whose answer names the database: the order of equals is that of the class path. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}

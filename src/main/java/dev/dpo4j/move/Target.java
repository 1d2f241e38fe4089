package dev.dpo4j.move;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** The database that is copied into: reached with the service's own settings, and migrated as the service would. */
final class Target implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private Target(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Reads the settings; connects to nothing yet. */
    static Target configured(String... args) {
        return new Target(new SpringApplicationBuilder(TargetConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .lazyInitialization(true)
                .run(args));
    }

    Environment settings() {
        return context.getEnvironment();
    }

    /** Brings the tables to this version and connects. */
    Connection migrated() throws SQLException {
        try {
            context.getBean(Flyway.class).migrate();
        } catch (FlywayException e) {
            throw new MoveException("The target database cannot be prepared: " + e.getMessage(), e);
        }
        return context.getBean(DataSource.class).getConnection();
    }

    @Override
    public void close() {
        context.close();
    }
}

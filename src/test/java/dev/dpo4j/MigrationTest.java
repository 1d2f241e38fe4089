package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A database as each version of the tables knew it, with rows in it, taken over by the service of today. */
@Tag("persistence")
@ExtendWith(OutputCaptureExtension.class)
class MigrationTest {

    @TempDir
    private Path home;

    static IntStream versions() {
        return IntStream.rangeClosed(1, RowsOfOld.LAST_VERSION);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void rowsOfEveryVersionAreReadByTheServiceOfToday(int version) {
        DataSource database = TestDatabase.of(home);
        migrate(database, version);
        RowsOfOld rows = new RowsOfOld(JdbcClient.create(database), home.resolve("db/blobs"));
        versions().limit(version).forEach(rows::insert);
        try (ConfigurableApplicationContext service = start()) {
            Http http = new Http(
                    Objects.requireNonNull(service.getEnvironment().getProperty("local.server.port", Integer.class)));
            versions().limit(version).forEach(each -> rows.requireReadable(each, http));
        }
    }

    /** Whoever adds a migration says here what its tables held. */
    @Test
    void everyNumberedMigrationHasItsRowsHere() {
        DataSource database = TestDatabase.of(home);
        assertThat(List.of(Flyway.configure().dataSource(database).load().info().all()))
                .hasSize(RowsOfOld.LAST_VERSION);
    }

    @Test
    void theServiceStartsWithoutAWarningFromFlyway(CapturedOutput output) {
        start().close();
        assertThat(output.toString().lines().filter(line -> line.contains("flyway")))
                .isNotEmpty()
                .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }

    private static void migrate(DataSource database, int version) {
        Flyway.configure()
                .dataSource(database)
                .target(MigrationVersion.fromVersion(Integer.toString(version)))
                .load()
                .migrate();
    }

    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(Dpo4jApplication.class)
                .run(
                        "--dpo4j.home=" + home,
                        "--server.port=0",
                        "--dpo4j.jobs.enabled=false",
                        "--spring.jpa.hibernate.ddl-auto=validate");
    }
}

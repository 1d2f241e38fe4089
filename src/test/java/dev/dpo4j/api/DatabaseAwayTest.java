package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.Dpo4jApplication;
import dev.dpo4j.StoppablePostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service over a database server that goes away and comes back. */
@Timeout(180)
class DatabaseAwayTest {

    private static final String LIVENESS = "/actuator/health/liveness";
    private static final String READINESS = "/actuator/health/readiness";

    /** Five seconds for a connection, and as many again for a slow machine. */
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    @Test
    void theServiceSaysSoStaysAliveAndIsReadyAgainWithTheDatabase() throws IOException, InterruptedException {
        try (StoppablePostgres database = StoppablePostgres.start(folder.resolve("data"));
                ConfigurableApplicationContext service = start(database)) {
            Http http = new Http(Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
            assertThat(http.get(READINESS).status()).isEqualTo(200);
            assertThat(http.get("/v1/files").status()).isEqualTo(200);

            database.crash();

            long asked = System.nanoTime();
            assertThat(http.get(READINESS).status()).isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(BOUND);
            assertThat(http.get(LIVENESS).status()).isEqualTo(200);
            assertUnavailable(http.get("/v1/files"));
            assertUnavailable(http.get("/v1/fine_tuning/jobs/ftjob-any"));
            assertUnavailable(http.postJson("/v1/datasets/any/preferences", """
                    {"id": "1", "prompt": [1, 2], "chosen": [3], "rejected": [4]}"""));
            Http.Answer scrape = http.get("/actuator/prometheus");
            assertThat(scrape.status()).isEqualTo(200);
            assertThat(scrape.response().body()).contains("dpo4j_jobs{status=\"running\"} NaN");

            database.comeBack();

            long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            Http.Answer ready = http.get(READINESS);
            while (ready.status() != 200) {
                assertThat(System.nanoTime()).as(ready.response().body()).isLessThan(deadline);
                ready = http.get(READINESS);
            }
            assertThat(http.get("/v1/files").status()).isEqualTo(200);
        }
    }

    private static void assertUnavailable(Http.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("10");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("database_unavailable");
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("server_error");
    }

    private ConfigurableApplicationContext start(StoppablePostgres database) {
        return new SpringApplicationBuilder(Dpo4jApplication.class)
                .run(Stream.concat(
                                Stream.of("dpo4j.home=" + folder.resolve("home"), "server.port=0"),
                                database.settings().stream())
                        .map(setting -> "--" + setting)
                        .toArray(String[]::new));
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * {@code openapi/openapi.yaml} is what the service publishes. After a wanted change of the API, rewrite it:
 * {@code ./mvnw test -Dtest=OpenApiContractTest -Dopenapi.write=true}.
 */
@ServiceTest
class OpenApiContractTest {

    private static final Path CONTRACT = Path.of("openapi/openapi.yaml");

    @LocalServerPort
    int port;

    @Test
    void theServicePublishesItsContract() throws IOException {
        String published = new Http(port).get("/v3/api-docs.yaml").response().body();
        if (Boolean.getBoolean("openapi.write")) {
            Files.createDirectories(CONTRACT.toAbsolutePath().getParent());
            Files.writeString(CONTRACT, published);
        }
        assertThat(published)
                .as("rewrite openapi/openapi.yaml: ./mvnw test -Dtest=OpenApiContractTest -Dopenapi.write=true")
                .isEqualTo(Files.readString(CONTRACT));
    }

    @Test
    void everyAnswerHasATypeAndEveryOperationNamesItsProblems() {
        var paths = new Http(port).get("/v3/api-docs").json().at("/paths");
        assertThat(paths.isEmpty()).isFalse();
        paths.forEach(path -> path.forEach(operation -> {
            assertThat(operation.at("/responses/4XX/content").has("application/problem+json"))
                    .isTrue();
            assertThat(operation.at("/responses").toString()).doesNotContain("*/*");
            assertThat(operation.at("/summary").asString("")).isNotBlank();
        }));
    }

    @Test
    void theApiCanBeTriedInABrowser() {
        assertThat(new Http(port).get("/swagger-ui/index.html").response().body())
                .contains("swagger-ui");
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dpo4j.ServiceTest;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.test.context.TestPropertySource;

@ServiceTest
@TestPropertySource(properties = "dpo4j.security.api-keys=first-key,second-key")
class SecurityTest {

    @LocalServerPort
    int port;

    Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer first-key", "Bearer second-key", "bearer first-key"})
    void aCallWithAnyOfTheKeysPasses(String authorization) {
        assertThat(http.get("/v1/nothing", "Authorization", authorization).status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer first-key2", "Bearer ", "Basic first-key", "first-key"})
    void aCallWithoutOneDoesNot(String authorization) {
        Http.Answer answer = http.get("/v1/nothing", "Authorization", authorization);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("invalid_api_key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/files",
                "/docs",
                "/actuator",
                "/actuator/prometheus",
                "/actuator/health/../../v1/files",
                "/docs/../v1/files",
                "/docs/..;/v1/files",
                "/docs/%2e%2e/v1/files",
                "/v1/models/../../docs/training",
                "/v3/api-docs/../../v1/files"
            })
    void everyPathAsksForAKey(String path) {
        assertThat(http.get(path).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/docs/training",
                "/swagger-ui.html",
                "/swagger-ui/index.html",
                "/v3/api-docs",
                "/v3/api-docs.yaml"
            })
    void whatIsTheSameForEveryoneIsOpenToABrowser(String path) {
        assertThat(http.get(path).status()).isIn(200, 302);
        assertThat(http.postJson(path, "{}").status()).isEqualTo(401);
    }

    @Test
    void healthIsOpen() {
        assertThat(http.get("/actuator/health").status()).isEqualTo(200);
        assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void aServiceThatOthersCanReachDoesNotStartWithoutKeys(String address) {
        ServerProperties server = new ServerProperties();
        server.setAddress(InetAddress.ofLiteral(address));
        UnprotectedServiceException failure = catchThrowableOfType(
                UnprotectedServiceException.class, () -> new Exposure(server, new SecurityProperties(List.of(" "))));
        assertThat(new UnprotectedServiceFailureAnalyzer()
                        .analyze(failure, failure)
                        .getAction())
                .contains("dpo4j.security.api-keys");
        assertThatCode(() -> new Exposure(server, new SecurityProperties(List.of("key"))))
                .doesNotThrowAnyException();
    }

    @Test
    void noAddressMeansEveryAddress() {
        assertThatThrownBy(() -> new Exposure(new ServerProperties(), new SecurityProperties(List.of())))
                .isInstanceOf(UnprotectedServiceException.class);
    }
}

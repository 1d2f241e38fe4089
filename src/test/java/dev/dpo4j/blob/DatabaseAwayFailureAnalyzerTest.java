package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.Dpo4jApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DatabaseAwayFailureAnalyzerTest {

    @TempDir
    private Path home;

    @Test
    void aServiceThatStartsBeforeItsDatabaseSaysSo(CapturedOutput output) throws IOException {
        int nobodysPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobodysPort = socket.getLocalPort();
        }
        String url = "jdbc:postgresql://127.0.0.1:" + nobodysPort + "/dpo4j";
        SpringApplicationBuilder service = new SpringApplicationBuilder(Dpo4jApplication.class);

        assertThatThrownBy(() -> service.run(
                        "--dpo4j.home=" + home,
                        "--server.port=0",
                        "--spring.datasource.url=" + url + "?password=secret",
                        "--spring.datasource.username=any"))
                .satisfies(failure -> assertThat(DatabaseAway.isBehind(failure)).isTrue());

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The database " + url + " cannot be reached: ")
                .contains("Start the database first, or put SPRING_DATASOURCE_URL right.")
                .doesNotContain("secret")
                .doesNotContain("\tat dev.dpo4j");
    }
}

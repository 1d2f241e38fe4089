package dev.dpo4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The started service as those see it who run it: its log, and how it stops. */
class OperationsTest {

    /** 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path home;

    @Test
    void aStructuredLogTellsWhatHappensToAJobUnderTheIdsOfJobAndRequest() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(home, with("logging.structured.format.console=ecs"))) {
            String id = TinyJob.createLora(service.http());
            service.follow(id, 0).untilItsEnd();

            List<JsonNode> told = service.log().lines().stream()
                    .filter(line -> line.startsWith("{"))
                    .map(JSON::readTree)
                    .filter(line -> line.path("job").asString("").equals(id))
                    .toList();
            assertThat(messages(told))
                    .anyMatch(message -> message.equals("Created fine-tuning job: " + id))
                    .anyMatch(message -> message.startsWith("Claimed by "))
                    .anyMatch(message -> message.startsWith("Training started: "))
                    .anyMatch(message -> message.startsWith("Checkpoint written after step "))
                    .anyMatch(message -> message.equals("The job has succeeded"))
                    .as("steps are too many for the log")
                    .noneMatch(message -> message.startsWith("Step "));
            assertThat(told.getFirst().path("requestId").asString("")).startsWith("req_");
            assertThat(told.getLast().has("requestId")).isFalse();
        }
    }

    @Test
    void aServiceToldToStopFinishesTheRequestsInFlightFirst() throws IOException, InterruptedException {
        byte[] row = "{\"prompt\": [1, 2], \"chosen\": [3], \"rejected\": [4]}".getBytes(UTF_8);
        try (ServiceProcess service = ServiceProcess.start(home);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            OutputStream request = client.getOutputStream();
            InputStream answer = client.getInputStream();
            request.write("""
                    POST /v1/datasets/mine/preferences HTTP/1.1\r
                    Host: localhost\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    Expect: 100-continue\r
                    Connection: close\r
                    \r
                    """.formatted(row.length).getBytes(UTF_8));
            String readsTheBody = "HTTP/1.1 100 \r\n\r\n";
            assertThat(new String(answer.readNBytes(readsTheBody.length()), UTF_8))
                    .isEqualTo(readsTheBody);

            service.terminate();
            service.log().await("Waiting for active requests to complete");
            request.write(row);

            assertThat(new String(answer.readAllBytes(), UTF_8)).startsWith("HTTP/1.1 201");
            assertThat(service.exitStatus()).isEqualTo(TERMINATED);
            assertThat(service.log().lines()).anyMatch(line -> line.contains("Graceful shutdown complete"));
        }
    }

    private static List<String> messages(List<JsonNode> lines) {
        return lines.stream().map(line -> line.path("message").asString("")).toList();
    }

    private static String[] with(String setting) {
        return Stream.concat(Arrays.stream(TinyJob.MODEL), Stream.of(setting)).toArray(String[]::new);
    }
}

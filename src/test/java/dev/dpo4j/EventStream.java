package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A client of one event stream. It remembers all that it was shown, until the stream ends or the service is killed. */
final class EventStream {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final List<ShownEvent> shown = new ArrayList<>();
    private final Thread reader;
    private @Nullable Predicate<ShownEvent> wanted;
    private CompletableFuture<ShownEvent> found = new CompletableFuture<>();

    EventStream(int port, String jobId, long after) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:%d/v1/fine_tuning/jobs/%s/events?stream=true".formatted(port, jobId)))
                .header("Last-Event-ID", Long.toString(after))
                .build();
        this.reader = Thread.ofPlatform().name("events of " + jobId).daemon().start(() -> read(request));
    }

    /** Waits for the first event of a kind, shown already or still to come; from then on it is a race to act on it. */
    ShownEvent await(Predicate<ShownEvent> kind) throws InterruptedException {
        CompletableFuture<ShownEvent> event = new CompletableFuture<>();
        synchronized (shown) {
            found = event;
            shown.stream().filter(kind).findFirst().ifPresentOrElse(event::complete, () -> wanted = kind);
        }
        try {
            return event.get(ServiceProcess.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("The event never came. Shown: " + messages(), e);
        }
    }

    /** Waits for the stream's end, and returns all that was shown on it, in order. */
    List<ShownEvent> untilItsEnd() throws InterruptedException {
        assertThat(reader.join(ServiceProcess.LONG))
                .as("the stream ends; shown: %s", messages())
                .isTrue();
        return shown();
    }

    private List<ShownEvent> shown() {
        synchronized (shown) {
            return List.copyOf(shown);
        }
    }

    private List<String> messages() {
        return shown().stream().map(ShownEvent::message).toList();
    }

    private void read(HttpRequest request) {
        try (Stream<String> lines = CLIENT.send(request, BodyHandlers.ofLines()).body()) {
            long[] id = {0};
            lines.forEach(line -> {
                if (line.startsWith("id:")) {
                    id[0] = Long.parseLong(line.substring("id:".length()).strip());
                } else if (line.startsWith("data:") && line.contains("fine_tuning.job.event")) {
                    add(new ShownEvent(id[0], JsonMapper.shared().readTree(line.substring("data:".length()))));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // The service was killed: what was shown was shown.
            end("The stream broke off");
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end("The stream ended");
    }

    private void add(ShownEvent event) {
        synchronized (shown) {
            shown.add(event);
            if (wanted != null && wanted.test(event)) {
                wanted = null;
                found.complete(event);
            }
        }
    }

    private void end(String how) {
        synchronized (shown) {
            found.completeExceptionally(new IllegalStateException(how));
        }
    }
}

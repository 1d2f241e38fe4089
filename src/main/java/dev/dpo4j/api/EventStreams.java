package dev.dpo4j.api;

import dev.dpo4j.blob.DatabaseAway;
import dev.dpo4j.job.JobEvent;
import dev.dpo4j.job.JobEvents;
import dev.dpo4j.job.JobNews;
import dev.dpo4j.job.JobService;
import dev.dpo4j.job.JobStatus;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The open event streams: a virtual thread each, which reads the log from the database, where the truth is, whenever there is
 * news or a second has passed. Closed first when the service stops, or the web server would wait for them.
 */
@Component
class EventStreams implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(EventStreams.class);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int BATCH = 200;
    private static final long NO_TIMEOUT = 0;
    private static final long RECONNECT_MILLIS = 3000;

    private final JobService jobs;
    private final JobEvents events;
    private final JobNews news;
    private final Clock clock;
    private volatile boolean running;

    EventStreams(JobService jobs, JobEvents events, JobNews news, Clock clock) {
        this.jobs = jobs;
        this.events = events;
        this.news = news;
        this.clock = clock;
    }

    /** A stream of a job's events after a sequence number. */
    SseEmitter open(String jobId, long after) {
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        Thread.ofVirtual().name("events-" + jobId).start(() -> follow(emitter, jobId, after));
        return emitter;
    }

    private void follow(SseEmitter emitter, String jobId, long after) {
        try {
            emitter.send(SseEmitter.event().reconnectTime(RECONNECT_MILLIS).comment("events of " + jobId));
            send(emitter, jobId, after);
            emitter.complete();
        } catch (IOException | IllegalStateException e) {
            log.debug("The reader of {}'s events is gone", jobId, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            emitter.complete();
        } catch (RuntimeException e) {
            log.warn("The stream of {}'s events ends early; its reader will come back", jobId, e);
            emitter.completeWithError(e);
        }
    }

    private void send(SseEmitter emitter, String jobId, long after) throws IOException, InterruptedException {
        long sent = after;
        Instant quietSince = clock.instant();
        while (running) {
            long version = news.version();
            Optional<Look> look = look(jobId, sent);
            List<JobEvent> batch = look.map(Look::batch).orElse(List.of());
            for (JobEvent event : batch) {
                emitter.send(sse(event));
                sent = event.sequence();
            }
            if (!batch.isEmpty()) {
                quietSince = clock.instant();
                continue;
            }
            if (look.isPresent() && look.get().status().terminal()) {
                String status = look.get().status().wireName();
                emitter.send(SseEmitter.event()
                        .name("done")
                        .data(Map.of("id", jobId, "status", status), MediaType.APPLICATION_JSON));
                return;
            }
            if (!clock.instant().isBefore(quietSince.plus(HEARTBEAT))) {
                emitter.send(SseEmitter.event().comment("still here"));
                quietSince = clock.instant();
            }
            news.await(version, POLL);
        }
    }

    /** Empty while the database is away: a reader sent off would come back to a 503, after which a browser gives up. */
    private Optional<Look> look(String jobId, long sent) {
        try {
            // Before the events: what is terminal here has written its last event already.
            JobStatus status = jobs.status(jobId);
            return Optional.of(new Look(status, events.after(jobId, sent, BATCH)));
        } catch (RuntimeException e) {
            if (!DatabaseAway.isBehind(e)) {
                throw e;
            }
            log.debug("The readers of {}'s events wait for the database", jobId, e);
            return Optional.empty();
        }
    }

    private record Look(JobStatus status, List<JobEvent> batch) {}

    private static SseEmitter.SseEventBuilder sse(JobEvent event) {
        return SseEmitter.event()
                .id(Long.toString(event.sequence()))
                .name(event.type().name().toLowerCase(Locale.ROOT))
                .data(FineTuningJobEvent.of(event), MediaType.APPLICATION_JSON);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        news.announce();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

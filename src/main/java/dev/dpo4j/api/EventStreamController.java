package dev.dpo4j.api;

import dev.dpo4j.job.JobEvents;
import dev.dpo4j.job.JobService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** A job's events as they happen. */
@RestController
@Tag(name = "Fine-tuning")
class EventStreamController {

    static final String SUMMARY = "List a job's events, or follow them";

    /** Of both forms: to the contract they are one operation. */
    static final String DESCRIPTION =
            "A list, newest first, by after and limit. With stream=true server-sent events, oldest first: id is the"
                    + " event's number, event its type, data the event; an event \"done\" comes when the job has ended. Who comes back with"
                    + " Last-Event-ID, as a header or as last_event_id, gets what came after it.";

    private final JobService jobs;
    private final JobEvents events;
    private final EventStreams streams;

    EventStreamController(JobService jobs, JobEvents events, EventStreams streams) {
        this.jobs = jobs;
        this.events = events;
        this.streams = streams;
    }

    @GetMapping(path = "/v1/fine_tuning/jobs/{id}/events", params = "stream=true")
    @Operation(summary = SUMMARY, description = DESCRIPTION)
    @Parameter(
            name = "stream",
            in = ParameterIn.QUERY,
            description = "Whether to follow the events as they happen.",
            schema = @Schema(type = "boolean", defaultValue = "false"))
    @ApiResponse(
            responseCode = "204",
            description = "To a stream that comes back: nothing will follow.",
            content = @Content)
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(type = "string")))
    ResponseEntity<SseEmitter> stream(
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventIdHeader,
            @RequestParam(name = "last_event_id", required = false) @Nullable String lastEventId) {
        String last = lastEventIdHeader == null ? lastEventId : lastEventIdHeader;
        long after = last == null || last.isBlank() ? 0 : sequence(last.strip());
        // EventSource comes back for ever; only a 204 tells it that there is nothing more.
        boolean nothingLeft = jobs.status(id).terminal()
                && last != null
                && events.after(id, after, 1).isEmpty();
        if (nothingLeft) {
            return ResponseEntity.noContent().build();
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no")
                .header(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE)
                .body(streams.open(id, after));
    }

    private static long sequence(String lastEventId) {
        try {
            return Math.max(0, Long.parseLong(lastEventId));
        } catch (NumberFormatException e) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    null,
                    "Last-Event-ID must be the id of an event of this stream: a number");
        }
    }
}

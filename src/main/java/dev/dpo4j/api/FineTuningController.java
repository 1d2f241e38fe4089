package dev.dpo4j.api;

import dev.dpo4j.job.Job;
import dev.dpo4j.job.JobEvents;
import dev.dpo4j.job.JobService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Fine-tuning jobs in the shape of OpenAI's API. */
@RestController
@RequestMapping(path = "/v1/fine_tuning/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Fine-tuning", description = "Training jobs, in the shape of OpenAI's API")
class FineTuningController {

    private static final String EXAMPLE = """
            {
              "model": "notebook",
              "training_file": "my-preferences",
              "suffix": "terse",
              "method": {
                "type": "dpo",
                "dpo": {"hyperparameters": {"beta": 0.1, "n_epochs": 1, "batch_size": "auto"}}
              }
            }""";

    private final JobService jobs;
    private final JobEvents events;
    private final JobRequests requests;

    FineTuningController(JobService jobs, JobEvents events, JobRequests requests) {
        this.requests = requests;
        this.jobs = jobs;
        this.events = events;
    }

    @PostMapping
    @Operation(
            summary = "Start a job",
            description =
                    "The job is durable when this answers, and runs as soon as none before it is left. It survives the"
                            + " service's end, however it ends.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content =
                                    @io.swagger.v3.oas.annotations.media.Content(
                                            examples = @ExampleObject(name = "notebook", value = EXAMPLE))))
    ResponseEntity<FineTuningJob> create(@Valid @RequestBody CreateFineTuningJobRequest request) {
        Job job = jobs.create(requests.newJob(request));
        return ResponseEntity.ok()
                .header(
                        HttpHeaders.LOCATION,
                        URI.create("/v1/fine_tuning/jobs/" + job.id()).toString())
                .body(FineTuningJob.of(job));
    }

    @GetMapping
    @Operation(
            summary = "List jobs, newest first",
            description = "Filter by labels with metadata[name]=value, or metadata=null for jobs without any.")
    FineTuningLists.Jobs list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit,
            @Parameter(hidden = true) HttpServletRequest request) {
        return FineTuningLists.Jobs.of(jobs.list(MetadataFilters.of(request.getParameterMap()), after, limit));
    }

    @GetMapping("/{id}")
    @Operation(summary = "Look at a job")
    FineTuningJob get(@PathVariable String id) {
        return FineTuningJob.of(jobs.get(id));
    }

    @PostMapping("/{id}/cancel")
    @Operation(summary = "End a job for good", description = "A running one stops within a second, or after its batch.")
    FineTuningJob cancel(@PathVariable String id) {
        return FineTuningJob.of(jobs.cancel(id));
    }

    @PostMapping("/{id}/pause")
    @Operation(
            summary = "Make a job wait",
            description = "A running one writes a checkpoint of its last whole step first.")
    FineTuningJob pause(@PathVariable String id) {
        return FineTuningJob.of(jobs.pause(id));
    }

    @PostMapping("/{id}/resume")
    @Operation(summary = "Let a paused job go on", description = "From its newest checkpoint.")
    FineTuningJob resume(@PathVariable String id) {
        return FineTuningJob.of(jobs.resume(id));
    }

    @GetMapping(path = "/{id}/events", params = "stream!=true")
    @Operation(summary = EventStreamController.SUMMARY, description = EventStreamController.DESCRIPTION)
    FineTuningLists.Events events(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
        return FineTuningLists.Events.of(events.newestFirst(id, after, limit));
    }

    @GetMapping("/{id}/checkpoints")
    @Operation(summary = "List a job's checkpoints, newest first")
    FineTuningLists.Checkpoints checkpoints(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "10") @Min(1) @Max(100) int limit) {
        return FineTuningLists.Checkpoints.of(jobs.checkpoints(id, after, limit));
    }
}

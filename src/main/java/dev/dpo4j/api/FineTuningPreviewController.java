package dev.dpo4j.api;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.job.JobPreview;
import dev.dpo4j.job.JobPreviews;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs before they are started. */
@RestController
@RequestMapping(path = "/v1/fine_tuning/jobs/preview", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Fine-tuning")
class FineTuningPreviewController {

    private final JobRequests requests;
    private final JobPreviews previews;
    private final ModelCatalog catalog;

    FineTuningPreviewController(JobRequests requests, JobPreviews previews, ModelCatalog catalog) {
        this.requests = requests;
        this.previews = previews;
        this.catalog = catalog;
    }

    @PostMapping
    @Operation(
            summary = "Look at a job before starting it",
            description =
                    "Takes what starting a job takes, stores nothing and trains nothing. Shows some rows as the model would see"
                            + " them, the lengths of all, what is odd about them, the memory that the job would take and for how long it"
                            + " would run; and in error why it would fail.")
    FineTuningJobPreview preview(
            @Valid @RequestBody CreateFineTuningJobRequest request,
            @Parameter(description = "Numbers of the rows to show, from 1.")
                    @RequestParam(defaultValue = "1,2,3")
                    @Size(max = 20, message = "may name up to 20 rows")
                    Set<@Min(1) Integer> rows) {
        JobPreview preview = previews.of(requests.newJob(request), rows::contains);
        return FineTuningJobPreview.of(
                preview, catalog.tokenizer(preview.spec().model()).orElse(null));
    }
}

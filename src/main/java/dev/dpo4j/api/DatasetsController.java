package dev.dpo4j.api;

import dev.dpo4j.dataset.Appended;
import dev.dpo4j.dataset.Datasets;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Named datasets that annotation tools append preferences to. */
@Tag(name = "Datasets", description = "Preferences that come one by one; a job's training_file may name a dataset")
@RestController
@RequestMapping(path = "/v1/datasets", produces = MediaType.APPLICATION_JSON_VALUE)
class DatasetsController {

    private static final String NAME_RULE =
            "must have 1 to 64 letters, digits, dots, dashes or underscores, begin with a letter or digit and not with file-";
    private static final int MAX_KEY = 255;

    private final Datasets datasets;

    DatasetsController(Datasets datasets) {
        this.datasets = datasets;
    }

    @Operation(
            summary = "Append preferences",
            description =
                    "One preference, a list, or {\"preferences\": [...]}, in any of the shapes that files may have."
                            + " Durable when it answers. Repeating a request is safe with an Idempotency-Key, or where"
                            + " preferences carry an id.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(types = {"object", "array"}),
                                            examples = {
                                                @ExampleObject(
                                                        name = "text",
                                                        value =
                                                                "{\"id\": \"task-17\", \"prompt\": \"Is it cold outside?\","
                                                                        + " \"chosen\": \"No, 15 °C.\", \"rejected\": \"It depends on"
                                                                        + " what you call cold.\"}"),
                                                @ExampleObject(
                                                        name = "token ids, two rejected answers",
                                                        value =
                                                                "{\"prompt\": [1, 2, 3, 4, 5, 6], \"chosen\": [7, 8, 9, 10],"
                                                                        + " \"rejected\": [[1, 2, 0, 0], [4, 5, 6, 0]]}")
                                            })))
    @ApiResponse(responseCode = "201", description = "Stored")
    @ApiResponse(responseCode = "200", description = "All of them were there already")
    @PostMapping(path = "/{name}/preferences", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<AppendedObject> append(
            @PathVariable String name,
            @Parameter(description = "A name for this request: sent again within 7 days, it is done once")
                    @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable
                    String idempotencyKey,
            @RequestBody JsonNode body) {
        if (!Datasets.isName(name)) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE, "name", "The name of a dataset " + NAME_RULE + ".");
        }
        PreferenceBody preferences = PreferenceBody.of(body);
        Appended appended = datasets.append(name, preferences.rows(), preferences.pointer(), key(idempotencyKey));
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(appended.added() > 0 ? HttpStatus.CREATED : HttpStatus.OK);
        if (appended.replayed()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.body(AppendedObject.of(name, appended));
    }

    @Operation(summary = "List the datasets")
    @GetMapping
    DatasetList list(
            @Parameter(description = "Name of the last dataset of the part before")
                    @RequestParam(required = false)
                    @Nullable
                    String after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(1000) int limit) {
        return DatasetList.of(datasets.list(after, limit));
    }

    @Operation(summary = "Look at a dataset")
    @GetMapping("/{name}")
    DatasetObject retrieve(@PathVariable String name) {
        return DatasetObject.of(datasets.get(name));
    }

    @Operation(summary = "List a dataset's preferences")
    @GetMapping("/{name}/preferences")
    PreferenceList preferences(
            @PathVariable String name,
            @Parameter(description = "Id of the last preference of the part before")
                    @RequestParam(required = false)
                    @Min(1)
                    @Nullable
                    Long after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(1000) int limit,
            @RequestParam(defaultValue = "asc") @Pattern(regexp = "asc|desc") String order) {
        return PreferenceList.of(datasets.preferences(name, after, limit, order.equals("desc")));
    }

    private static @Nullable String key(@Nullable String header) {
        if (header == null) {
            return null;
        }
        String bare = header.strip();
        if (bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")) {
            // The IETF draft quotes keys, Stripe's clients do not.
            bare = bare.substring(1, bare.length() - 1);
        }
        if (bare.isEmpty() || bare.length() > MAX_KEY) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE, "Idempotency-Key", "An Idempotency-Key has 1 to 255 characters.");
        }
        return bare;
    }
}

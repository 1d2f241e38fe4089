package dev.dpo4j.api;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelFile;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The models, as OpenAI's API shows them and with what only we know. */
@RestController
@RequestMapping("/v1/models")
@Tag(name = "Models", description = "Folders, seeded models and what jobs made")
class ModelController {

    private static final String ZIP = "application/zip";

    private final ModelCatalog catalog;

    ModelController(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    @GetMapping
    @Operation(
            operationId = "listModels",
            summary = "All models",
            description = "A model that cannot be used is listed too, with the reason in `error`.")
    ModelList list() {
        return ModelList.of(catalog.entries().stream().map(Model::of).toList());
    }

    @GetMapping("/{id}")
    @Operation(
            operationId = "retrieveModel",
            summary = "One model",
            description = "Or a checkpoint, by its fine_tuned_model_checkpoint.")
    Model retrieve(@PathVariable String id) {
        return Model.of(catalog.entry(id));
    }

    @DeleteMapping("/{id}")
    @Operation(
            operationId = "deleteModel",
            summary = "Delete a tuned model",
            description =
                    "The checkpoints of the job that made it go with it. Folders and seeded models are not the service's to delete.")
    DeletedModel delete(@PathVariable String id) {
        catalog.delete(id);
        return DeletedModel.of(id);
    }

    @GetMapping(path = "/{id}/content", produces = ZIP)
    @Operation(
            operationId = "downloadModel",
            summary = "Download a model",
            description =
                    "A zip that transformers loads: config.json, model.safetensors and the tokenizer's files; for an adapter"
                            + " PEFT's adapter_config.json and adapter_model.safetensors, unless it is to be merged.")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = ZIP, schema = @Schema(type = "string", format = "binary")))
    void download(
            @PathVariable String id,
            @Parameter(description = "Whether an adapter is sent as the whole model that it and its base make.")
                    @RequestParam(defaultValue = "false")
                    boolean merged,
            HttpServletResponse response)
            throws IOException {
        List<ModelFile> files = merged ? catalog.mergedFiles(id) : catalog.files(id);
        response.setContentType(ZIP);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename(id.replaceAll("[^A-Za-z0-9._-]", "_") + ".zip")
                        .build()
                        .toString());
        ModelZip.write(files, response.getOutputStream());
    }
}

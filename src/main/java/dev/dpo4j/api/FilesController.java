package dev.dpo4j.api;

import dev.dpo4j.dataset.PreferenceFiles;
import dev.dpo4j.dataset.UploadedFile;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Files of preferences, as in OpenAI's API. */
@Tag(name = "Files", description = "Preferences to train on, uploaded as JSONL or a JSON array")
@RestController
@RequestMapping(path = "/v1/files")
class FilesController {

    private static final String PURPOSE = "fine-tune";
    private static final int MAX_FILENAME = 255;

    private final PreferenceFiles files;

    FilesController(PreferenceFiles files) {
        this.files = files;
    }

    @Operation(
            summary = "Upload a file of preferences",
            description =
                    "The file is validated while it is read: its status is processed, or error with the line numbers and"
                            + " reasons in status_details.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                                            schema = @Schema(implementation = FileUpload.class))))
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    FileObject upload(@Parameter(hidden = true) MultipartHttpServletRequest form) throws IOException {
        BodyLimitFilter.spooled(form);
        refuseUnknownParts(form);
        requirePurpose(form.getParameter("purpose"));
        MultipartFile file = form.getFile("file");
        if (file == null || form.getFiles("file").size() != 1) {
            throw ApiException.badRequest(
                    ProblemCode.MISSING_FIELD,
                    "file",
                    "Exactly one file is required, in the part \"file\" with a filename.");
        }
        try (InputStream content = file.getInputStream()) {
            return FileObject.of(files.store(filename(file), PURPOSE, content));
        }
    }

    @Operation(summary = "List the files")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    FileList list(
            @Parameter(description = "Id of the last file of the part before") @RequestParam(required = false) @Nullable
                    String after,
            @RequestParam(defaultValue = "10000") @Min(1) @Max(10_000) int limit,
            @RequestParam(defaultValue = "desc") @Pattern(regexp = "asc|desc") String order,
            @RequestParam(required = false) @Nullable String purpose) {
        return FileList.of(files.list(after, purpose, limit, order.equals("desc")));
    }

    @Operation(summary = "Look at a file")
    @GetMapping(path = "/{file_id}", produces = MediaType.APPLICATION_JSON_VALUE)
    FileObject retrieve(@PathVariable("file_id") String fileId) {
        return FileObject.of(files.get(fileId));
    }

    // OpenAI's clients ask for application/binary, which a declared type would refuse.
    @Operation(summary = "Download a file")
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @GetMapping("/{file_id}/content")
    ResponseEntity<Resource> content(@PathVariable("file_id") String fileId) {
        UploadedFile file = files.get(fileId);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .eTag("\"" + file.sha256() + "\"")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(file.filename(), StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .body(new StoredContent(file.id(), file.bytes(), () -> files.read(fileId)));
    }

    @Operation(summary = "Delete a file")
    @DeleteMapping(path = "/{file_id}", produces = MediaType.APPLICATION_JSON_VALUE)
    DeletedFile delete(@PathVariable("file_id") String fileId) {
        files.delete(fileId);
        return new DeletedFile(fileId, "file", true);
    }

    private static void refuseUnknownParts(MultipartHttpServletRequest form) {
        Set<String> names = new HashSet<>(form.getParameterMap().keySet());
        names.addAll(form.getFileMap().keySet());
        names.removeAll(Set.of("purpose", "file"));
        names.stream().sorted().findFirst().ifPresent(name -> {
            throw name.startsWith("expires_after")
                    ? ApiException.badRequest(
                            ProblemCode.UNSUPPORTED_FIELD,
                            "expires_after",
                            "Files do not expire here. Leave expires_after out, and delete the file when it is done with.")
                    : ApiException.badRequest(
                            ProblemCode.UNKNOWN_FIELD,
                            name,
                            "Unknown part \"" + name + "\". The parts are purpose and file.");
        });
    }

    private static void requirePurpose(@Nullable String purpose) {
        if (!PURPOSE.equals(purpose)) {
            throw ApiException.badRequest(
                    purpose == null ? ProblemCode.MISSING_FIELD : ProblemCode.INVALID_VALUE,
                    "purpose",
                    "purpose must be \"fine-tune\"" + (purpose == null ? "." : ", not \"" + purpose + "\"."));
        }
    }

    private static String filename(MultipartFile file) {
        String sent = String.valueOf(file.getOriginalFilename());
        String name = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
        boolean usable =
                !name.isBlank() && name.length() <= MAX_FILENAME && name.chars().noneMatch(Character::isISOControl);
        if (!usable) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "file",
                    "The filename must have 1 to 255 characters and no control characters.");
        }
        return name;
    }
}

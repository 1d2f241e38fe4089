package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.media.Schema;

/** The form of an upload; for the API's description only, since the file itself is streamed. */
record FileUpload(
        @Schema(
                type = "string",
                format = "binary",
                requiredMode = Schema.RequiredMode.REQUIRED,
                description =
                        "JSONL or a JSON array of preferences, at most 512 MB unless the service is configured otherwise")
        String file,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, allowableValues = "fine-tune")
        String purpose) {}

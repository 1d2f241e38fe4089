package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.media.Schema;

/** A file is gone, as OpenAI's API says it. */
record DeletedFile(
        String id, @Schema(allowableValues = "file") String object, boolean deleted) {}

package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /v1/completions}, as in OpenAI's API. */
@Schema(name = "CompletionRequest", description = "A text, or several, to continue, as in OpenAI's API.")
record CompletionRequest(
        @Schema(description = "An id from GET /v1/models.", example = "notebook") @NotBlank @Size(min = 1, max = 255)
        String model,

        @Schema(
                description = "A string or a list of token ids; or a list of up to 32 of these, for one choice each.",
                implementation = Object.class,
                types = {"string", "array"})
        @NotNull(message = "is required: a string or a list of token ids")
        JsonNode prompt,

        @Schema(description = "The most tokens to add.", defaultValue = "16", example = "8") @Min(1) @Nullable
        Integer maxTokens,

        @Schema(description = "0: always the likeliest token.", defaultValue = "1", example = "0")
        @DecimalMin("0")
        @DecimalMax("2")
        @Nullable
        Double temperature,

        @Schema(
                description = "Only the likeliest tokens that together have this probability are drawn from.",
                defaultValue = "1")
        @DecimalMin("0")
        @DecimalMax("1")
        @Nullable
        Double topP,

        @Schema(
                description = "A string, or up to four: the text ends before the first of them.",
                implementation = Object.class,
                types = {"string", "array", "null"})
        @Nullable
        JsonNode stop,

        @Schema(description = "The same seed gives the same text, as long as system_fingerprint is the same.") @Nullable
        Long seed,

        @Schema(hidden = true) @JsonAnySetter @Nullable Map<String, JsonNode> others) {}

package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /v1/chat/completions}, as in OpenAI's API. */
@Schema(name = "ChatCompletionRequest", description = "A conversation to continue, as in OpenAI's API.")
record ChatCompletionRequest(
        @Schema(description = "An id from GET /v1/models.", example = "smollm2") @NotBlank @Size(min = 1, max = 255)
        String model,

        @ArraySchema(
                arraySchema = @Schema(description = "The conversation so far, for the model's chat template."),
                schema =
                        @Schema(
                                implementation = Object.class,
                                types = "object",
                                description =
                                        "role: system, developer, user or assistant; content: a string, or a list of parts of type text."))
        @NotEmpty
        List<@NotNull JsonNode> messages,

        @Schema(description = "The most tokens to add. Default: what fits, up to 512.", example = "60")
        @Min(1)
        @Nullable
        Integer maxCompletionTokens,

        @Schema(description = "The older name of max_completion_tokens.", deprecated = true) @Min(1) @Nullable
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
                description = "A string, or up to four: the answer ends before the first of them.",
                implementation = Object.class,
                types = {"string", "array", "null"})
        @Nullable
        JsonNode stop,

        @Schema(description = "The same seed gives the same answer, as long as system_fingerprint is the same.")
        @Nullable
        Long seed,

        @Schema(hidden = true) @JsonAnySetter @Nullable Map<String, JsonNode> others) {}

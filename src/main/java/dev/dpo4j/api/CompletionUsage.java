package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.media.Schema;

/** How many tokens an answer took. */
@Schema(name = "CompletionUsage")
record CompletionUsage(
        @Schema(example = "6") int promptTokens,

        @Schema(description = "All that were generated, the one that ended the text included.", example = "8")
        int completionTokens,

        @Schema(example = "14") int totalTokens) {

    static CompletionUsage of(int promptTokens, int completionTokens) {
        return new CompletionUsage(promptTokens, completionTokens, promptTokens + completionTokens);
    }
}

package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer of {@code POST /v1/chat/completions}, as in OpenAI's API, with the tokens besides. */
@Schema(name = "ChatCompletion", description = "An answer, as in OpenAI's API.")
record ChatCompletion(
        @Schema(example = "chatcmpl-4d1f0c") String id,
        @Schema(example = "chat.completion") String object,
        @Schema(description = "Seconds since 1970.") long created,
        @Schema(example = "smollm2") String model,
        List<Choice> choices,
        CompletionUsage usage,

        @Schema(description = "Changes when the same seed may give another answer.")
        String systemFingerprint) {

    /** The one answer. */
    @Schema(name = "ChatCompletionChoice")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(
            int index,
            Message message,

            @Schema(allowableValues = {"stop", "length"}) String finishReason,

            @Schema(
                    types = {"object", "null"},
                    description = "Always null.")
            @Nullable
            Object logprobs,

            @Schema(description = "All tokens that were generated, special ones too.")
            List<Integer> tokenIds) {}

    /** What the model says. */
    @Schema(name = "ChatCompletionMessage")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Message(
            @Schema(example = "assistant") String role,
            String content,

            @Schema(description = "Always null.") @Nullable String refusal) {}

    static ChatCompletion of(CompletionHead head, int promptTokens, Completions.Answer answer) {
        return new ChatCompletion(
                head.id(),
                "chat.completion",
                head.created(),
                head.model(),
                List.of(new Choice(
                        0,
                        new Message("assistant", answer.text(), null),
                        answer.finishReason(),
                        null,
                        answer.tokenIds())),
                CompletionUsage.of(promptTokens, answer.tokenIds().size()),
                head.systemFingerprint());
    }
}

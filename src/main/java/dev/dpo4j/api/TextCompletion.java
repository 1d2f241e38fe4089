package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The answer of {@code POST /v1/completions}, as in OpenAI's API, with the tokens besides. */
@Schema(name = "Completion", description = "Continued texts, as in OpenAI's API.")
record TextCompletion(
        @Schema(example = "cmpl-4d1f0c") String id,
        @Schema(example = "text_completion") String object,
        @Schema(description = "Seconds since 1970.") long created,
        @Schema(example = "notebook") String model,
        List<Choice> choices,
        CompletionUsage usage,

        @Schema(description = "Changes when the same seed may give another text.")
        String systemFingerprint) {

    /** One prompt's continuation. */
    @Schema(name = "CompletionChoice")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(
            @Schema(description = "The prompt's place among the prompts.")
            int index,

            @Schema(description = "What follows the prompt; empty where the model has no tokenizer.")
            String text,

            @Schema(allowableValues = {"stop", "length"}) String finishReason,

            @Schema(
                    types = {"object", "null"},
                    description = "Always null.")
            @Nullable
            Object logprobs,

            @Schema(description = "All tokens that were generated, special ones too.")
            List<Integer> tokenIds) {}

    static TextCompletion of(CompletionHead head, int promptTokens, List<Completions.Answer> answers) {
        return new TextCompletion(
                head.id(),
                "text_completion",
                head.created(),
                head.model(),
                IntStream.range(0, answers.size())
                        .mapToObj(i -> choice(i, answers.get(i)))
                        .toList(),
                CompletionUsage.of(
                        promptTokens,
                        answers.stream()
                                .mapToInt(answer -> answer.tokenIds().size())
                                .sum()),
                head.systemFingerprint());
    }

    private static Choice choice(int index, Completions.Answer answer) {
        return new Choice(index, answer.text(), answer.finishReason(), null, answer.tokenIds());
    }
}

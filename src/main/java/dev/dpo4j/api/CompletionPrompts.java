package dev.dpo4j.api;

import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The prompts of a text completion: a string, a list of token ids, or a list of either. */
final class CompletionPrompts {

    private static final int MOST = 32;

    private final @Nullable Tokenizer tokenizer;
    private final int vocabularySize;

    CompletionPrompts(@Nullable Tokenizer tokenizer, int vocabularySize) {
        this.tokenizer = tokenizer;
        this.vocabularySize = vocabularySize;
    }

    /**
     * Token ids of each prompt: of text with the tokenizer's own special tokens, ids as they are.
     *
     * @throws ApiException if the model cannot take one of them
     */
    List<int[]> parse(JsonNode prompt) {
        boolean several =
                prompt.isArray() && !prompt.isEmpty() && !prompt.path(0).isNumber();
        if (!several) {
            return List.of(one(prompt, "prompt"));
        }
        if (prompt.size() > MOST) {
            throw invalid(
                    ProblemCode.INVALID_VALUE,
                    "prompt",
                    "has %d prompts, and may have %d".formatted(prompt.size(), MOST));
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode item : prompt) {
            prompts.add(one(item, "prompt." + prompts.size()));
        }
        return prompts;
    }

    private int[] one(JsonNode prompt, String param) {
        if (prompt.isString()) {
            return text(prompt.asString(), param);
        }
        if (!prompt.isArray()) {
            throw invalid(ProblemCode.INVALID_TYPE, param, "must be a string or a list of token ids");
        }
        if (prompt.isEmpty()) {
            throw invalid(ProblemCode.INVALID_VALUE, param, "is empty: give at least one token to begin with");
        }
        int[] ids = new int[prompt.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(prompt.path(i), param + "." + i);
        }
        return ids;
    }

    private int id(JsonNode node, String param) {
        if (!node.isIntegralNumber()) {
            throw invalid(ProblemCode.INVALID_TYPE, param, "must be a token id, a whole number");
        }
        if (!node.canConvertToInt() || node.intValue() < 0 || node.intValue() >= vocabularySize) {
            throw invalid(
                    ProblemCode.INVALID_VALUE,
                    param,
                    "token id %s is outside the model's vocabulary of %d".formatted(node.asString(), vocabularySize));
        }
        return node.intValue();
    }

    private int[] text(String text, String param) {
        if (tokenizer == null) {
            throw invalid(ProblemCode.NO_TOKENIZER, param, "the model has no tokenizer: give a list of token ids");
        }
        try {
            int[] ids = tokenizer.encode(text, true);
            if (ids.length == 0) {
                throw invalid(ProblemCode.INVALID_VALUE, param, "comes to no token: begin with some text");
            }
            return ids;
        } catch (TokenizerException e) {
            throw invalid(ProblemCode.INVALID_VALUE, param, String.valueOf(e.getMessage()));
        }
    }

    private static ApiException invalid(ProblemCode code, String param, String reason) {
        return ApiException.badRequest(code, param, JsonPointers.ofParam(param) + ": " + reason);
    }
}

package dev.dpo4j.api;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.tokenizer.ChatMessage;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.tokenizer.TokenizerException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** From a checked chat request to its answer. */
@Component
class ChatCompletions {

    private final ModelCatalog catalog;
    private final Completions completions;
    private final CompletionHeads heads;
    private final GenerationProperties limits;

    ChatCompletions(ModelCatalog catalog, Completions completions, CompletionHeads heads, GenerationProperties limits) {
        this.catalog = catalog;
        this.completions = completions;
        this.heads = heads;
        this.limits = limits;
    }

    ChatCompletion answer(ChatCompletionRequest request) {
        OpenAiOptions.requireNeutralForChat(request.others());
        Integer wanted = maxTokens(request);
        Completions.Options options = Completions.Options.of(
                request.temperature(), request.topP(), request.seed(), StopStrings.parse(request.stop()));
        List<ChatMessage> messages = ChatMessages.parse(request.messages());
        Tokenizer tokenizer = tokenizer(request.model());
        int[] prompt = prompt(tokenizer, messages);
        try (ModelLease lease = catalog.lease(request.model())) {
            LoadedModel model = lease.model();
            int room = model.config().maxPositionEmbeddings() - prompt.length;
            int maxTokens = wanted == null ? Math.clamp(room, 1, limits.maxChatTokens()) : wanted;
            completions.requireFits(model, prompt, maxTokens, "messages");
            Completions.Answer answer = completions.answer(model, tokenizer, prompt, maxTokens, options);
            return ChatCompletion.of(heads.next("chatcmpl-", model.id()), prompt.length, answer);
        }
    }

    private static @Nullable Integer maxTokens(ChatCompletionRequest request) {
        if (request.maxTokens() != null && request.maxCompletionTokens() != null) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "max_tokens",
                    "/max_tokens: is the older name of max_completion_tokens. Send one of them.");
        }
        return request.maxTokens() == null ? request.maxCompletionTokens() : request.maxTokens();
    }

    private Tokenizer tokenizer(String model) {
        return catalog.tokenizer(model)
                .orElseThrow(() -> ApiException.badRequest(
                        ProblemCode.NO_TOKENIZER,
                        "model",
                        "The model \"%s\" has no tokenizer, so it cannot read messages. Send token ids to /v1/completions, or choose another model."
                                .formatted(model)));
    }

    private static int[] prompt(Tokenizer tokenizer, List<ChatMessage> messages) {
        try {
            int[] prompt = tokenizer.encodeChat(messages, true);
            if (prompt.length == 0) {
                throw ApiException.badRequest(
                        ProblemCode.INVALID_VALUE,
                        "messages",
                        "/messages: the model's chat template makes nothing of them. Send a message with some text.");
            }
            return prompt;
        } catch (TokenizerException e) {
            throw ApiException.badRequest(ProblemCode.INVALID_VALUE, "messages", "/messages: " + e.getMessage());
        }
    }
}

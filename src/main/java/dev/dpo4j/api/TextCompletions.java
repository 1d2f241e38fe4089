package dev.dpo4j.api;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.tokenizer.Tokenizer;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** From a checked text completion request to its answer. */
@Component
class TextCompletions {

    /** As OpenAI's. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private final ModelCatalog catalog;
    private final Completions completions;
    private final CompletionHeads heads;

    TextCompletions(ModelCatalog catalog, Completions completions, CompletionHeads heads) {
        this.catalog = catalog;
        this.completions = completions;
        this.heads = heads;
    }

    TextCompletion answer(CompletionRequest request) {
        OpenAiOptions.requireNeutralForText(request.others());
        int maxTokens = Objects.requireNonNullElse(request.maxTokens(), DEFAULT_MAX_TOKENS);
        StopStrings stops = StopStrings.parse(request.stop());
        Completions.Options options =
                Completions.Options.of(request.temperature(), request.topP(), request.seed(), stops);
        Tokenizer tokenizer = catalog.tokenizer(request.model()).orElse(null);
        if (tokenizer == null && !stops.isEmpty()) {
            throw ApiException.badRequest(
                    ProblemCode.NO_TOKENIZER,
                    "stop",
                    "/stop: the model \"%s\" has no tokenizer, so its answers have no text to stop at. Leave stop out."
                            .formatted(request.model()));
        }
        try (ModelLease lease = catalog.lease(request.model())) {
            LoadedModel model = lease.model();
            List<int[]> prompts =
                    new CompletionPrompts(tokenizer, model.config().vocabSize()).parse(request.prompt());
            for (int[] prompt : prompts) {
                completions.requireFits(model, prompt, maxTokens, "prompt");
            }
            List<Completions.Answer> answers = prompts.stream()
                    .map(prompt -> completions.answer(model, tokenizer, prompt, maxTokens, options))
                    .toList();
            int promptTokens =
                    prompts.stream().mapToInt(prompt -> prompt.length).sum();
            return TextCompletion.of(heads.next("cmpl-", model.id()), promptTokens, answers);
        }
    }
}

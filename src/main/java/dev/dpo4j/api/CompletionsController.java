package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Asking a model. */
@RestController
@Tag(name = "Completions", description = "Asking a model, as in OpenAI's API, in its plain form")
class CompletionsController {

    private static final String CHAT = """
            {
              "model": "smollm2",
              "messages": [{"role": "user", "content": "What is the capital of France?"}],
              "max_completion_tokens": 60,
              "temperature": 0
            }""";

    private static final String IDS = """
            {
              "model": "notebook",
              "prompt": [1, 2, 3, 4, 5, 6],
              "max_tokens": 8,
              "temperature": 0
            }""";

    private static final String TEXT = """
            {
              "model": "smollm2",
              "prompt": "The capital of France is",
              "max_tokens": 20,
              "temperature": 0.7,
              "top_p": 0.9,
              "seed": 1,
              "stop": ["\\n"]
            }""";

    /** Answers take long: fewer at a time than there are threads, so that a loss need not wait for one to end. */
    private static final int ANSWERS_AT_A_TIME = 2;

    private final ChatCompletions chat;
    private final TextCompletions text;
    private final ComputeThreads threads;
    private final Semaphore places = new Semaphore(ANSWERS_AT_A_TIME, true);

    CompletionsController(ChatCompletions chat, TextCompletions text, ComputeThreads threads) {
        this.chat = chat;
        this.text = text;
        this.threads = threads;
    }

    @PostMapping(path = "/v1/chat/completions", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "createChatCompletion",
            summary = "Answer a conversation",
            description = "The model's chat template makes a prompt of the messages; the model continues it.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content =
                                    @Content(
                                            examples =
                                                    @ExampleObject(
                                                            name = "question",
                                                            summary = "A question (needs a model folder smollm2)",
                                                            value = CHAT))))
    ChatCompletion chat(@Valid @RequestBody ChatCompletionRequest request) throws Exception {
        return inTurn(() -> chat.answer(request));
    }

    @PostMapping(path = "/v1/completions", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "createCompletion",
            summary = "Continue a text",
            description = "A model without a tokenizer takes token ids, and answers with token_ids alone.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content =
                                    @Content(
                                            examples = {
                                                @ExampleObject(
                                                        name = "ids",
                                                        summary = "Token ids, with the built-in model",
                                                        value = IDS),
                                                @ExampleObject(
                                                        name = "text",
                                                        summary = "Text (needs a model folder smollm2)",
                                                        value = TEXT)
                                            })))
    TextCompletion text(@Valid @RequestBody CompletionRequest request) throws Exception {
        return inTurn(() -> text.answer(request));
    }

    private <T> T inTurn(Callable<T> answer) throws Exception {
        places.acquire();
        try {
            return threads.call(answer);
        } finally {
            places.release();
        }
    }
}

package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The DPO loss itself. */
@RestController
@Tag(name = "Loss", description = "The DPO loss of preferences under a policy and a frozen reference")
class DpoLossController {

    private static final String NOTEBOOK = """
            {
              "model": "notebook",
              "beta": 0.1,
              "prompt": [1, 2, 3, 4, 5, 6],
              "chosen": [7, 8, 9, 10],
              "rejected": [[1, 2, 0, 0], [4, 5, 6, 0]],
              "include_gradient_norm": true,
              "explain": true
            }""";

    private static final String TEXT = """
            {
              "model": "smollm2",
              "prompt": "The capital of France is",
              "chosen": " Paris.",
              "rejected": " a large city in Europe."
            }""";

    private static final String MESSAGES = """
            {
              "model": "smollm2",
              "preferences": [
                {
                  "prompt": [{"role": "user", "content": "What is the capital of France?"}],
                  "chosen": [{"role": "assistant", "content": "Paris."}],
                  "rejected": [{"role": "assistant", "content": "France has many beautiful cities."}]
                }
              ]
            }""";

    private final DpoLosses losses;
    private final ComputeThreads threads;

    DpoLossController(DpoLosses losses, ComputeThreads threads) {
        this.losses = losses;
        this.threads = threads;
    }

    @PostMapping(path = "/v1/dpo/loss", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Compute the DPO loss",
            description =
                    "Of one preference, or of several. It is the very computation that a training job takes its steps"
                            + " with. Token ids are taken as they are; text and messages are tokenised as training rows are.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content =
                                    @Content(
                                            examples = {
                                                @ExampleObject(
                                                        name = "notebook",
                                                        summary = "The notebook's figures, every step shown",
                                                        value = NOTEBOOK),
                                                @ExampleObject(
                                                        name = "text",
                                                        summary = "Text (needs a model folder smollm2)",
                                                        value = TEXT),
                                                @ExampleObject(
                                                        name = "messages",
                                                        summary = "Chat messages (needs a model folder smollm2)",
                                                        value = MESSAGES)
                                            })))
    DpoLossResponse loss(@Valid @RequestBody DpoLossRequest request) throws Exception {
        return threads.call(() -> losses.of(request));
    }
}

package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer of {@code POST /v1/dpo/loss}. All logarithms are natural. */
@Schema(name = "DpoLoss", description = "The DPO loss of some preferences; all logarithms are natural.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record DpoLossResponse(
        @Schema(
                description = "The mean of the preferences' losses, each counted by its weight.",
                example = "0.6931471805599453")
        double loss,

        @Schema(example = "0.1") double beta,

        @Schema(description = "The policy.", example = "notebook")
        String model,

        @Schema(description = "The frozen model it is compared with; absent where there is none.", example = "notebook")
        @Nullable
        String referenceModel,

        List<Preference> preferences,

        @Schema(
                description =
                        "What a job logs of a step, by TRL's names, each preference counted by its weight: rewards/, logps/ and logits/ of"
                                + " chosen and rejected answers, rewards/margins, rewards/accuracies, entropy and mean_token_accuracy; of"
                                + " labelled answers those there are.",
                example = "{\"rewards/margins\": 0.0, \"rewards/accuracies\": 0.0}")
        Map<String, Double> metrics,

        @Schema(
                description =
                        "Of kto: how far the policy is from the reference, in nats, as told from mismatched answers; at least 0.")
        @Nullable
        Double kl,

        @Schema(description = "L2 norm of the loss's gradient over all weights, where it was asked for.") @Nullable
        Double gradientNorm,

        @Schema(description = "The steps of the computation, where they were asked for.") @Nullable
        LossExplanation explanation) {

    /** One preference, or one labelled answer. */
    @Schema(name = "PreferenceLoss")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Preference(
            @Schema(
                    description =
                            "The mean over the rejected answers; of the sigmoid loss: of -log sigmoid(beta * logits).")
            double loss,

            @Schema(
                    description = "For each rejected answer: the policy's log-ratio of chosen and rejected minus the"
                            + " reference's.")
            @Nullable
            List<Double> logits,

            @Nullable Answer chosen,
            @Nullable List<Answer> rejected,

            @Schema(description = "Instead of the three before, where an answer has a label.") @Nullable
            Answer completion,

            @Schema(description = "Whether that label is good.") @Nullable
            Boolean label) {}

    /** One answer. */
    @Schema(name = "AnswerLogProbs")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Answer(
            @Schema(description = "Sum of the tokens' log-probabilities under the policy.", example = "-26.9894")
            @JsonProperty("logprob")
            double logProb,

            @Schema(description = "The same under the reference, where there is one.", example = "-26.9894")
            @JsonProperty("reference_logprob")
            @Nullable
            Double referenceLogProb,

            @Schema(
                    description = "beta * (logprob - reference_logprob); without a reference beta * logprob.",
                    example = "0.0")
            double reward,

            @Schema(description = "The answer's tokens; the prompt's do not count.", example = "4")
            int numTokens,

            List<Token> tokens) {}

    /** One token of an answer. */
    @Schema(name = "TokenLogProb")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Token(
            @Schema(example = "7") int id,

            @Schema(description = "Its text, where the model has a tokenizer.") @Nullable
            String text,

            @Schema(example = "-7.0314") @JsonProperty("policy_logprob")
            double policyLogProb,

            @Schema(example = "-7.0314") @JsonProperty("reference_logprob") @Nullable
            Double referenceLogProb) {}
}

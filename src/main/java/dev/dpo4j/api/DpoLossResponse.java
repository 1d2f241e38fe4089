package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.dpo4j.loss.LabelledAnswer;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.PreferenceScores;
import dev.dpo4j.train.ValidationMetric;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
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

    /**
     * Scores as they are sent.
     *
     * @param referenceModel null: there is none
     * @param tokenizer null: tokens have no texts
     */
    static DpoLossResponse of(
            PreferenceScores scores,
            PreferenceLoss loss,
            String model,
            @Nullable String referenceModel,
            @Nullable Tokenizer tokenizer,
            @Nullable LossExplanation explanation) {
        return new DpoLossResponse(
                scores.loss(),
                loss.beta(),
                model,
                referenceModel,
                scores.preferences().stream()
                        .map(preference -> result(preference, loss, tokenizer))
                        .toList(),
                metrics(scores.metrics()),
                loss.looksAtMismatched() ? kl(scores) : null,
                scores.gradientNorm(),
                explanation);
    }

    /** The loss itself stands above them. */
    private static Map<String, Double> metrics(PreferenceMetrics metrics) {
        Map<String, Double> byName = new LinkedHashMap<>();
        for (ValidationMetric metric : ValidationMetric.values()) {
            double value = metric.of(metrics);
            if (metric != ValidationMetric.LOSS && !Double.isNaN(value)) {
                byName.put(metric.wireName(), value);
            }
        }
        return byName;
    }

    /** All answers of a call were computed together, so theirs is the same. */
    private static double kl(PreferenceScores scores) {
        return labelled(scores.preferences().getFirst().losses()).kl();
    }

    private static LabelledAnswer labelled(PreferenceLosses losses) {
        return Objects.requireNonNull(losses.labelled(), "a loss of labelled answers says what they are");
    }

    private static Preference result(
            PreferenceScores.Preference preference, PreferenceLoss loss, @Nullable Tokenizer tokenizer) {
        if (loss.labelled()) {
            LabelledAnswer labelled = labelled(preference.losses());
            Answer answer = result(preference.answers().getFirst(), labelled.reward(), loss, tokenizer);
            return new Preference(preference.losses().loss(), null, null, null, answer, labelled.good());
        }
        List<Answer> answers = new ArrayList<>();
        for (int a = 0; a < preference.answers().size(); a++) {
            double reward = a == 0
                    ? preference.losses().pairs().getFirst().rewardChosen()
                    : preference.losses().pairs().get(a - 1).rewardRejected();
            answers.add(result(preference.answers().get(a), reward, loss, tokenizer));
        }
        return new Preference(
                preference.losses().loss(),
                preference.losses().pairs().stream().map(pair -> pair.logits()).toList(),
                answers.getFirst(),
                answers.subList(1, answers.size()),
                null,
                null);
    }

    private static Answer result(
            PreferenceScores.Answer answer, double reward, PreferenceLoss loss, @Nullable Tokenizer tokenizer) {
        boolean referenceFree = loss.referenceFree();
        List<Token> tokens = IntStream.range(0, answer.tokens().length)
                .mapToObj(i -> new Token(
                        answer.tokens()[i],
                        TokenTexts.of(answer.tokens()[i], tokenizer),
                        answer.policy()[i],
                        referenceFree ? null : answer.reference()[i]))
                .toList();
        return new Answer(
                answer.policySum(), referenceFree ? null : answer.referenceSum(), reward, tokens.size(), tokens);
    }

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

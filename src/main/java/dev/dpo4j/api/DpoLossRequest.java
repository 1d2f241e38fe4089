package dev.dpo4j.api;

import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceParser;
import dev.dpo4j.dataset.UnknownFields;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The body of {@code POST /v1/dpo/loss}: one preference at the top level, or a list of them. */
@Schema(
        name = "DpoLossRequest",
        description =
                "One preference (prompt, chosen, rejected) or labelled answer (prompt, completion, label) at the top level, or a"
                        + " list of them in preferences.")
record DpoLossRequest(
        @Schema(description = "The policy: an id from GET /v1/models.", defaultValue = "notebook", example = "notebook")
        @Size(min = 1, max = 255)
        @Nullable
        String model,

        @Schema(
                description =
                        "The frozen model it is compared with: an id from GET /v1/models. Default: the model that the"
                                + " policy was tuned from, or the policy itself. Losses without a reference take none.")
        @Size(min = 1, max = 255)
        @Nullable
        String referenceModel,

        @Schema(
                description = "How strongly the policy is held to the reference, over 0, at most 100. Auto: 0.1.",
                implementation = Object.class,
                oneOf = {Double.class, Auto.class},
                example = "0.1")
        @Nullable
        AutoNumber beta,

        @Schema(
                description =
                        "One loss or a list of losses that are added up; docs/losses.md explains each. Default: sigmoid.",
                implementation = Object.class,
                types = {"string", "array"},
                example = "sigmoid")
        @Nullable
        LossTypes lossType,

        @Schema(description = "What each loss counts in the sum, over 0. Default: 1 each.")
        @Size(min = 1, max = 16)
        @Nullable
        List<@NotNull Double> lossWeights,

        @Schema(
                description =
                        "The share of preferences taken to be wrong: of sigmoid (cDPO), robust, aot, aot_unpaired, cpo, simpo, and of exo_pair, which wants one.",
                defaultValue = "0")
        @Nullable
        Double labelSmoothing,

        @Schema(description = "What holds the policy to the reference.", defaultValue = "reverse_kl") @Nullable
        FDivergence fDivergenceType,

        @Schema(description = "The alpha of alpha_divergence.", defaultValue = "0.5") @Nullable
        Double fAlphaDivergenceCoef,

        @Schema(description = "The temperature of discopop.", defaultValue = "0.05") @Nullable
        Double discopopTau,

        @Schema(description = "The weight of dpop's penalty.", defaultValue = "50") @Nullable
        Double dpopLambda,

        @Schema(description = "What the likelihood of the chosen answers counts in cpo.", defaultValue = "1") @Nullable
        Double cpoAlpha,

        @Schema(description = "The margin that simpo wants.", defaultValue = "0.5") @Nullable
        Double simpoGamma,

        @Schema(
                description =
                        "Whether plackett_luce may take the rejected answers to stand from the best to the worst.",
                defaultValue = "false")
        @Nullable
        Boolean rejectedRanked,

        @Schema(
                description =
                        "Whether to leave the reference away: its log-probabilities count as 0. So it is with cpo, simpo and orpo by themselves.",
                defaultValue = "false")
        @Nullable
        Boolean referenceFree,

        @Schema(
                description = "Whether a pair counts as much as the policy would say its answers (WPO).",
                defaultValue = "false")
        @Nullable
        Boolean useWeighting,

        @Schema(
                description =
                        "What tokens behind the shorter answer's end count, 0 to 1 (LD-DPO). Default: as much as all others.")
        @Nullable
        Double ldAlpha,

        @Schema(description = "What good answers count in kto and apo_zero_unpaired, over 0.", defaultValue = "1")
        @Nullable
        Double desirableWeight,

        @Schema(description = "What bad answers count there, over 0.", defaultValue = "1") @Nullable
        Double undesirableWeight,

        @Schema(
                description = CONTENT,
                implementation = Object.class,
                types = {"array", "string"})
        @Nullable
        JsonNode prompt,

        @Schema(
                description = "The preferred answer, in the same form.",
                implementation = Object.class,
                types = {"array", "string"})
        @Nullable
        JsonNode chosen,

        @Schema(
                description = REJECTED,
                implementation = Object.class,
                types = {"array", "string"})
        @Nullable
        JsonNode rejected,

        @Schema(
                description =
                        "Instead of chosen and rejected, one answer that is labelled, for kto and apo_zero_unpaired.",
                implementation = Object.class,
                types = {"array", "string"})
        @Nullable
        JsonNode completion,

        @Schema(
                description = "What is thought of it: true or \"good\", false or \"bad\".",
                implementation = Object.class,
                types = {"boolean", "string"})
        @Nullable
        JsonNode label,

        @Schema(description = "Several preferences, instead of one at the top level.")
        @Size(min = 1, max = 1024)
        @Nullable
        List<@NotNull @Valid Preference> preferences,

        @Schema(
                description =
                        "Whether to compute the L2 norm of the loss's gradient over all weights, tied ones counted once"
                                + " (of a LoRA-tuned model: with its adapter merged into the weights).",
                defaultValue = "false")
        @Nullable
        Boolean includeGradientNorm,

        @Schema(
                description =
                        "Whether to show every step of the computation, as the notebook does; up to 4,096 tokens.",
                defaultValue = "false")
        @Nullable
        Boolean explain)
        implements LossFields {

    static final String CONTENT = "A list of token ids, a string, or a list of chat messages.";
    static final String REJECTED = "The answer that was not preferred, in the same form; or a list of such answers.";

    /**
     * One preference.
     *
     * @param prompt ids, text or messages
     * @param chosen the preferred answer, likewise
     * @param rejected the other answer, or a list of other answers
     * @param completion instead of both a labelled answer
     * @param label what is thought of it
     * @param weight as how many preferences it counts; null: as one
     */
    @Schema(
            name = "DpoLossPreference",
            description =
                    "A preference, prompt, chosen and rejected, or a labelled answer, prompt, completion and label.")
    record Preference(
            @Schema(
                    description = CONTENT,
                    implementation = Object.class,
                    types = {"array", "string"})
            @Nullable
            JsonNode prompt,

            @Schema(
                    description = "The preferred answer, in the same form.",
                    implementation = Object.class,
                    types = {"array", "string"})
            @Nullable
            JsonNode chosen,

            @Schema(
                    description = REJECTED,
                    implementation = Object.class,
                    types = {"array", "string"})
            @Nullable
            JsonNode rejected,

            @Schema(
                    description =
                            "Instead of chosen and rejected, one answer that is labelled, for kto and apo_zero_unpaired.",
                    implementation = Object.class,
                    types = {"array", "string"})
            @Nullable
            JsonNode completion,

            @Schema(
                    description = "What is thought of it: true or \"good\", false or \"bad\".",
                    implementation = Object.class,
                    types = {"boolean", "string"})
            @Nullable
            JsonNode label,

            @Schema(
                    description = "As how many preferences it counts in the loss and its gradient, 0 to 1000000.",
                    defaultValue = "1")
            @Nullable
            Double weight) {

        private boolean isEmpty() {
            return Stream.of(prompt, chosen, rejected, completion, label)
                    .allMatch(node -> node == null || node.isNull());
        }

        private PreferenceExample parse(String pointer) {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            setIfGiven(row, "prompt", prompt);
            setIfGiven(row, "chosen", chosen);
            setIfGiven(row, "rejected", rejected);
            setIfGiven(row, "completion", completion);
            setIfGiven(row, "label", label);
            row.put("weight", weight);
            return PreferenceParser.parse(row, pointer, UnknownFields.REFUSED);
        }

        private static void setIfGiven(ObjectNode row, String name, @Nullable JsonNode value) {
            if (value != null && !value.isNull()) {
                row.set(name, value);
            }
        }
    }

    /**
     * The preferences, wherever they stand.
     *
     * @throws ApiException if they stand at both places or at none
     * @throws InvalidRowException if one has none of the known shapes; its pointer begins at the body
     */
    List<PreferenceExample> examples() {
        Preference single = new Preference(prompt, chosen, rejected, completion, label, null);
        if (preferences == null) {
            return List.of(single.parse(""));
        }
        if (!single.isEmpty()) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "preferences",
                    "Send either one preference at the top level or a list in preferences, not both.");
        }
        List<PreferenceExample> examples = new ArrayList<>();
        for (Preference preference : preferences) {
            examples.add(preference.parse("/preferences/" + examples.size()));
        }
        return examples;
    }
}

package dev.dpo4j.api;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.train.PreferenceWeights;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** What a call for a loss may not ask for, or not so much of. */
@Component
class LossRequestChecks {

    private static final int MOST_EXPLAINED_TOKENS = 4096;

    private final LossProperties limits;

    LossRequestChecks(LossProperties limits) {
        this.limits = limits;
    }

    /** Bytes that a call may take. */
    long memory() {
        return limits.memory().toBytes();
    }

    void requireOneVocabulary(LoadedModel policy, LoadedModel reference) {
        int ours = policy.config().vocabSize();
        int theirs = reference.config().vocabSize();
        if (ours != theirs) {
            throw ApiException.badRequest(
                    ProblemCode.VOCABULARY_MISMATCH,
                    "reference_model",
                    "The model \"%s\" has a vocabulary of %d, the reference \"%s\" one of %d. Choose a reference with the same vocabulary."
                            .formatted(policy.id(), ours, reference.id(), theirs));
        }
    }

    void requireWithinPositions(TokenizedPreference preference, PreferenceExample example, int longest) {
        List<int[]> answers = preference.scoredAnswers();
        for (int a = 0; a < answers.size(); a++) {
            int length = preference.prompt().length + answers.get(a).length;
            if (length > longest) {
                throw new InvalidRowException(
                        example.answers().get(a).pointer(),
                        "prompt and answer have %d tokens, but the model has %d positions: shorten them"
                                .formatted(length, longest));
            }
        }
    }

    void requireWeights(List<PreferenceExample> examples, PreferenceLoss loss) {
        for (int p = 0; p < examples.size(); p++) {
            if (!PreferenceWeights.mayDiffer(loss) && examples.get(p).weight() != 1) {
                throw new InvalidRowException("/preferences/" + p + "/weight", PreferenceWeights.ONLY_ONE);
            }
        }
        if (examples.stream().allMatch(example -> example.weight() == 0)) {
            throw new InvalidRowException(
                    "/preferences", "all have the weight 0, so their losses have no mean: give one of them another");
        }
    }

    void requireFewTokens(List<TokenizedPreference> preferences, boolean explain) {
        long tokens =
                preferences.stream().mapToLong(TokenizedPreference::tokens).sum();
        if (explain && tokens > MOST_EXPLAINED_TOKENS) {
            throw ApiException.badRequest(
                    ProblemCode.TOO_MANY_TOKENS,
                    "explain",
                    "The request has %d tokens, but only up to %d are explained. Send fewer, or leave explain out."
                            .formatted(tokens, MOST_EXPLAINED_TOKENS));
        }
        if (tokens > limits.maxTokens()) {
            throw ApiException.badRequest(
                    ProblemCode.TOO_MANY_TOKENS,
                    null,
                    "The request has %d tokens (the prompt counted with every answer), more than the %d it may have. Send several requests."
                            .formatted(tokens, limits.maxTokens()));
        }
    }

    void requireMemory(long bytes, boolean gradientNorm) {
        if (bytes > limits.memory().toBytes()) {
            throw ApiException.badRequest(
                    ProblemCode.TOO_LARGE,
                    gradientNorm ? "include_gradient_norm" : null,
                    "The request needs %d MB of memory, more than the %d MB it may take (dpo4j.loss.memory). Send shorter or fewer answers%s."
                            .formatted(
                                    DataSize.ofBytes(bytes).toMegabytes(),
                                    limits.memory().toMegabytes(),
                                    gradientNorm ? ", or leave include_gradient_norm out" : ""));
        }
    }
}

package dev.dpo4j.api;

import dev.dpo4j.catalog.LoadedModel;
import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.catalog.UnknownModelException;
import dev.dpo4j.dataset.Feedback;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.MismatchedAnswers;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceTokenizer;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.loss.LabelledAnswer;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.NonFiniteException;
import dev.dpo4j.train.NotebookPass;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.PreferenceScores;
import dev.dpo4j.train.PreferenceScoring;
import dev.dpo4j.train.PreferenceWeights;
import dev.dpo4j.train.ValidationMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** From a checked request to the loss and all that is told about it. */
@Component
class DpoLosses {

    static final String DEFAULT_MODEL = "notebook";
    private static final int MOST_EXPLAINED_TOKENS = 4096;

    private final ModelCatalog catalog;
    private final Compute compute;
    private final LossProperties limits;
    private final ServiceEnd end;

    DpoLosses(ModelCatalog catalog, Compute compute, LossProperties limits, ServiceEnd end) {
        this.end = end;
        this.catalog = catalog;
        this.compute = compute;
        this.limits = limits;
    }

    DpoLossResponse of(DpoLossRequest request) {
        String model = Objects.requireNonNullElse(request.model(), DEFAULT_MODEL);
        double beta = LossDefaults.beta("", request.beta());
        PreferenceLoss loss = LossDefaults.resolve("", beta, request).loss(beta);
        String reference = reference(request, model, loss);
        try (ModelLease policyLease = catalog.lease(model);
                ModelLease referenceLease = referenceLease(reference)) {
            return of(
                    request,
                    loss,
                    policyLease.model(),
                    referenceLease.model(),
                    catalog.tokenizer(model).orElse(null));
        } catch (InvalidRowException e) {
            String param = JsonPointers.toParam(e.pointer());
            throw ApiException.badRequest(
                    "invalid_preference", param.isEmpty() ? null : param, String.valueOf(e.getMessage()));
        } catch (NonFiniteException e) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT, "non_finite", null, String.valueOf(e.getMessage()));
        }
    }

    /** The reference's id; where there is none the policy's, which needs no further memory and is not looked at. */
    private String reference(DpoLossRequest request, String model, PreferenceLoss loss) {
        String wanted = request.referenceModel();
        if (loss.referenceFree()) {
            if (wanted != null) {
                throw ApiException.badRequest(
                        "invalid_value", "reference_model", "The loss has no reference: leave reference_model out.");
            }
            return model;
        }
        return wanted == null ? catalog.defaultReference(model) : wanted;
    }

    private ModelLease referenceLease(String id) {
        try {
            return catalog.lease(id);
        } catch (UnknownModelException e) {
            throw ApiException.notFound("model_not_found", "reference_model", String.valueOf(e.getMessage()));
        }
    }

    private DpoLossResponse of(
            DpoLossRequest request,
            PreferenceLoss loss,
            LoadedModel policy,
            LoadedModel reference,
            @Nullable Tokenizer tokenizer) {
        requireOneVocabulary(policy, reference);
        boolean explain = Boolean.TRUE.equals(request.explain());
        if (explain && loss.labelled()) {
            throw ApiException.badRequest(
                    "invalid_value", "explain", "Only losses of preferences are explained: leave explain out.");
        }
        List<PreferenceExample> examples = request.examples();
        requireWeights(examples, loss);
        List<TokenizedPreference> preferences = tokenized(examples, loss, policy, reference, tokenizer);
        requireFewTokens(preferences, explain);

        LlamaModel policyModel = policy.on(compute);
        LlamaModel referenceModel = reference.id().equals(policy.id()) ? policyModel : reference.on(compute);
        PreferenceScoring scoring = new PreferenceScoring(
                policyModel, referenceModel, loss, limits.memory().toBytes());
        boolean gradientNorm = Boolean.TRUE.equals(request.includeGradientNorm());
        requireMemory(scoring.bytes(preferences, gradientNorm), gradientNorm);

        PreferenceScores scores = scoring.score(preferences, gradientNorm, end::requireNotBegun);
        LossExplanation explanation = explain
                ? LossExplanation.of(
                        preferences,
                        preferences.stream()
                                .map(preference -> notebookPass(policyModel, preference))
                                .toList(),
                        scores)
                : null;
        return new DpoLossResponse(
                scores.loss(),
                loss.beta(),
                policy.id(),
                loss.referenceFree() ? null : reference.id(),
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

    private NotebookPass notebookPass(LlamaModel model, TokenizedPreference preference) {
        end.requireNotBegun();
        return NotebookPass.of(model, preference);
    }

    private static void requireOneVocabulary(LoadedModel policy, LoadedModel reference) {
        int ours = policy.config().vocabSize();
        int theirs = reference.config().vocabSize();
        if (ours != theirs) {
            throw ApiException.badRequest(
                    "vocabulary_mismatch",
                    "reference_model",
                    "The model \"%s\" has a vocabulary of %d, the reference \"%s\" one of %d. Choose a reference with the same vocabulary."
                            .formatted(policy.id(), ours, reference.id(), theirs));
        }
    }

    /** Token ids as a training job would make them of rows, but for truncation: here nothing is cut. */
    private static List<TokenizedPreference> tokenized(
            List<PreferenceExample> examples,
            PreferenceLoss loss,
            LoadedModel policy,
            LoadedModel reference,
            @Nullable Tokenizer tokenizer) {
        LlamaConfig config = policy.config();
        int longest =
                Math.min(config.maxPositionEmbeddings(), reference.config().maxPositionEmbeddings());
        PreferenceTokenizer ids = new PreferenceTokenizer(tokenizer, config.vocabSize());
        List<TokenizedPreference> preferences = new ArrayList<>();
        Feedback feedback = loss.labelled() ? Feedback.LABELLED_ANSWERS : Feedback.PREFERENCES;
        for (PreferenceExample row : examples) {
            for (PreferenceExample example : feedback.of(row)) {
                TokenizedPreference preference = ids.tokenize(preferences.size() + 1, example);
                requireWithinPositions(preference, example, longest);
                preferences.add(preference);
            }
        }
        return loss.looksAtMismatched()
                ? MismatchedAnswers.give(preferences, preferences.size(), longest)
                : preferences;
    }

    private static void requireWithinPositions(TokenizedPreference preference, PreferenceExample example, int longest) {
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

    private static void requireWeights(List<PreferenceExample> examples, PreferenceLoss loss) {
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

    private void requireFewTokens(List<TokenizedPreference> preferences, boolean explain) {
        long tokens =
                preferences.stream().mapToLong(TokenizedPreference::tokens).sum();
        if (explain && tokens > MOST_EXPLAINED_TOKENS) {
            throw ApiException.badRequest(
                    "too_many_tokens",
                    "explain",
                    "The request has %d tokens, but only up to %d are explained. Send fewer, or leave explain out."
                            .formatted(tokens, MOST_EXPLAINED_TOKENS));
        }
        if (tokens > limits.maxTokens()) {
            throw ApiException.badRequest(
                    "too_many_tokens",
                    null,
                    "The request has %d tokens (the prompt counted with every answer), more than the %d it may have. Send several requests."
                            .formatted(tokens, limits.maxTokens()));
        }
    }

    private void requireMemory(long bytes, boolean gradientNorm) {
        if (bytes > limits.memory().toBytes()) {
            throw ApiException.badRequest(
                    "too_large",
                    gradientNorm ? "include_gradient_norm" : null,
                    "The request needs %d MB of memory, more than the %d MB it may take (dpo4j.loss.memory). Send shorter or fewer answers%s."
                            .formatted(
                                    DataSize.ofBytes(bytes).toMegabytes(),
                                    limits.memory().toMegabytes(),
                                    gradientNorm ? ", or leave include_gradient_norm out" : ""));
        }
    }

    private static DpoLossResponse.Preference result(
            PreferenceScores.Preference preference, PreferenceLoss loss, @Nullable Tokenizer tokenizer) {
        if (loss.labelled()) {
            LabelledAnswer labelled = labelled(preference.losses());
            DpoLossResponse.Answer answer = result(preference.answers().getFirst(), labelled.reward(), loss, tokenizer);
            return new DpoLossResponse.Preference(
                    preference.losses().loss(), null, null, null, answer, labelled.good());
        }
        List<DpoLossResponse.Answer> answers = new ArrayList<>();
        for (int a = 0; a < preference.answers().size(); a++) {
            double reward = a == 0
                    ? preference.losses().pairs().getFirst().rewardChosen()
                    : preference.losses().pairs().get(a - 1).rewardRejected();
            answers.add(result(preference.answers().get(a), reward, loss, tokenizer));
        }
        return new DpoLossResponse.Preference(
                preference.losses().loss(),
                preference.losses().pairs().stream().map(pair -> pair.logits()).toList(),
                answers.getFirst(),
                answers.subList(1, answers.size()),
                null,
                null);
    }

    private static DpoLossResponse.Answer result(
            PreferenceScores.Answer answer, double reward, PreferenceLoss loss, @Nullable Tokenizer tokenizer) {
        boolean referenceFree = loss.referenceFree();
        List<DpoLossResponse.Token> tokens = IntStream.range(0, answer.tokens().length)
                .mapToObj(i -> new DpoLossResponse.Token(
                        answer.tokens()[i],
                        text(answer.tokens()[i], tokenizer),
                        answer.policy()[i],
                        referenceFree ? null : answer.reference()[i]))
                .toList();
        return new DpoLossResponse.Answer(
                answer.policySum(), referenceFree ? null : answer.referenceSum(), reward, tokens.size(), tokens);
    }

    /** Models often have more ids than their tokenizer has texts for. */
    private static @Nullable String text(int id, @Nullable Tokenizer tokenizer) {
        return tokenizer == null || id >= tokenizer.vocabularySize() ? null : tokenizer.tokenText(id);
    }
}

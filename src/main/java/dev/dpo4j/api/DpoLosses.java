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
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.NonFiniteException;
import dev.dpo4j.train.NotebookPass;
import dev.dpo4j.train.PreferenceScores;
import dev.dpo4j.train.PreferenceScoring;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** From a checked request to the loss and all that is told about it. */
@Component
class DpoLosses {

    static final String DEFAULT_MODEL = "notebook";

    private final ModelCatalog catalog;
    private final Compute compute;
    private final LossRequestChecks checks;
    private final ServiceEnd end;

    DpoLosses(ModelCatalog catalog, Compute compute, LossRequestChecks checks, ServiceEnd end) {
        this.end = end;
        this.catalog = catalog;
        this.compute = compute;
        this.checks = checks;
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
                    ProblemCode.INVALID_PREFERENCE, param.isEmpty() ? null : param, String.valueOf(e.getMessage()));
        } catch (NonFiniteException e) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.NON_FINITE, null, String.valueOf(e.getMessage()));
        }
    }

    /** The reference's id; where there is none the policy's, which needs no further memory and is not looked at. */
    private String reference(DpoLossRequest request, String model, PreferenceLoss loss) {
        String wanted = request.referenceModel();
        if (loss.referenceFree()) {
            if (wanted != null) {
                throw ApiException.badRequest(
                        ProblemCode.INVALID_VALUE,
                        "reference_model",
                        "The loss has no reference: leave reference_model out.");
            }
            return model;
        }
        return wanted == null ? catalog.defaultReference(model) : wanted;
    }

    private ModelLease referenceLease(String id) {
        try {
            return catalog.lease(id);
        } catch (UnknownModelException e) {
            throw ApiException.notFound(ProblemCode.MODEL_NOT_FOUND, "reference_model", String.valueOf(e.getMessage()));
        }
    }

    private DpoLossResponse of(
            DpoLossRequest request,
            PreferenceLoss loss,
            LoadedModel policy,
            LoadedModel reference,
            @Nullable Tokenizer tokenizer) {
        checks.requireOneVocabulary(policy, reference);
        boolean explain = Boolean.TRUE.equals(request.explain());
        if (explain && loss.labelled()) {
            throw ApiException.badRequest(
                    ProblemCode.INVALID_VALUE,
                    "explain",
                    "Only losses of preferences are explained: leave explain out.");
        }
        List<PreferenceExample> examples = request.examples();
        checks.requireWeights(examples, loss);
        List<TokenizedPreference> preferences = tokenized(examples, loss, policy, reference, tokenizer);
        checks.requireFewTokens(preferences, explain);

        LlamaModel policyModel = policy.on(compute);
        LlamaModel referenceModel = reference.id().equals(policy.id()) ? policyModel : reference.on(compute);
        PreferenceScoring scoring = new PreferenceScoring(policyModel, referenceModel, loss, checks.memory());
        boolean gradientNorm = Boolean.TRUE.equals(request.includeGradientNorm());
        checks.requireMemory(scoring.bytes(preferences, gradientNorm), gradientNorm);

        PreferenceScores scores = scoring.score(preferences, gradientNorm, end::requireNotBegun);
        LossExplanation explanation = explain
                ? LossExplanation.of(
                        preferences,
                        preferences.stream()
                                .map(preference -> notebookPass(policyModel, preference))
                                .toList(),
                        scores)
                : null;
        return DpoLossResponse.of(
                scores, loss, policy.id(), loss.referenceFree() ? null : reference.id(), tokenizer, explanation);
    }

    private NotebookPass notebookPass(LlamaModel model, TokenizedPreference preference) {
        end.requireNotBegun();
        return NotebookPass.of(model, preference);
    }

    /** Token ids as a training job would make them of rows, but for truncation: here nothing is cut. */
    private List<TokenizedPreference> tokenized(
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
                checks.requireWithinPositions(preference, example, longest);
                preferences.add(preference);
            }
        }
        return loss.looksAtMismatched()
                ? MismatchedAnswers.give(preferences, preferences.size(), longest)
                : preferences;
    }
}

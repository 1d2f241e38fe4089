package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.Gradients;
import dev.dpo4j.llama.LlamaModel;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.llama.PassSize;
import dev.dpo4j.llama.TokenLogProbs;
import dev.dpo4j.loss.AnswerLogProbs;
import dev.dpo4j.loss.NonFiniteFigure;
import dev.dpo4j.loss.PreferenceLoss;
import dev.dpo4j.loss.PreferenceLosses;
import dev.dpo4j.safetensors.NamedTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The loss of some preferences without training on them: the forward pass, the loss and the slopes that {@link DpoTrainer} takes its
 * steps with, and of the backward pass no more than the gradient's length.
 */
public final class PreferenceScoring {

    /** The most rows of one pass: its products are at full speed by then. A call that is to end does so between two passes. */
    private static final int MOST_ROWS = 4096;

    /** A pass aims at this share of the memory; only a preference that is larger alone takes more. */
    private static final int SHARE = 8;

    private final LlamaModel policy;
    private final LlamaModel reference;
    private final PreferenceLoss loss;
    private final Summed summed;
    private final long memory;

    /**
     * Scoring under two models over one vocabulary.
     *
     * @param reference the policy itself, the same object, where they are one or the loss has none: then one pass serves both
     * @param memory bytes that may be used besides the models; see {@link #bytes}
     */
    public PreferenceScoring(LlamaModel policy, LlamaModel reference, PreferenceLoss loss, long memory) {
        this.policy = policy;
        this.reference = reference;
        this.loss = loss;
        this.summed = Summed.of(loss);
        this.memory = memory;
    }

    /**
     * Bytes that scoring takes at its height: more than the given memory where one preference or the gradient alone is too large for
     * it, which is for the caller to refuse.
     */
    public long bytes(List<TokenizedPreference> preferences, boolean gradientNorm) {
        PassSize size = size(batches(preferences, gradientNorm));
        long gradient = gradientNorm ? policy.config().parameters() * Float.BYTES : 0;
        return Math.max(
                policy.bytes(size, keep(gradientNorm)) + gradient, reference.bytes(size, Activations.Keep.NOTHING));
    }

    /**
     * Scores preferences, in turns with whatever else computes.
     *
     * @param preferences at least one that weighs something; every id in the vocabulary, every length within the models' positions
     * @param gradientNorm whether to compute it; of a model with an adapter, over the weights with the adapter merged into them
     * @param beforeEach runs before every pass; what it throws ends the scoring
     * @throws NonFiniteException when a loss, a reward, a slope or the gradient is not a number; the message names the preference, from 1
     */
    public PreferenceScores score(List<TokenizedPreference> preferences, boolean gradientNorm, Runnable beforeEach) {
        List<PreferenceBatch> batches = batches(preferences, gradientNorm);
        List<BatchLogProbs> ofReference = reference == policy ? List.of() : logProbs(reference, batches, beforeEach);
        double meanChosenTokens = PreferenceWeights.meanChosenTokens(preferences);
        boolean together = loss.comparesPreferences() && batches.size() > 1;
        List<PreferenceLosses> known =
                together ? losses(batches, ofReference, meanChosenTokens, beforeEach) : List.of();
        double totalWeight = PreferenceWeights.sum(preferences);
        List<PreferenceScores.Preference> scores = new ArrayList<>();
        AnswerMetrics metrics = new AnswerMetrics();
        Double norm = null;
        try (LlamaWeights gradient = gradientNorm ? LlamaWeights.allocate(policy.config()) : null;
                Activations activations = policy.activations(size(batches), keep(gradientNorm))) {
            for (int b = 0; b < batches.size(); b++) {
                beforeEach.run();
                PreferenceBatch batch = batches.get(b);
                BatchLogProbs given = ofReference.isEmpty() ? null : ofReference.get(b);
                int first = scores.size();
                Function<List<AnswerLogProbs>, List<PreferenceLosses>> losses = answers ->
                        together ? known.subList(first, first + answers.size()) : loss.of(answers, meanChosenTokens);
                policy.compute()
                        .run(() -> scores.addAll(
                                score(batch, given, losses, totalWeight, metrics, activations, gradient)));
            }
            if (gradient != null) {
                norm = norm(gradient);
            }
        }
        double sum = IntStream.range(0, scores.size())
                .mapToDouble(p ->
                        preferences.get(p).weight() * scores.get(p).losses().loss())
                .sum();
        return new PreferenceScores(sum / totalWeight, List.copyOf(scores), metrics.mean(), norm);
    }

    /** The losses of all batches, by passes of their own: for a loss that compares preferences of several. */
    private List<PreferenceLosses> losses(
            List<PreferenceBatch> batches,
            List<BatchLogProbs> ofReference,
            double meanChosenTokens,
            Runnable beforeEach) {
        List<BatchLogProbs> ofPolicy = logProbs(policy, batches, beforeEach);
        List<AnswerLogProbs> answers = new ArrayList<>();
        for (int b = 0; b < batches.size(); b++) {
            BatchLogProbs given = ofReference.isEmpty() ? ofPolicy.get(b) : ofReference.get(b);
            answers.addAll(ofPolicy.get(b).answers(given.sums(summed), loss));
        }
        return loss.of(answers, meanChosenTokens);
    }

    /**
     * Scores a batch and adds its gradient.
     *
     * @param given what the reference says; null: what the policy says
     * @param lossesOf gives the batch's losses
     * @param totalWeight of all preferences that are scored
     * @param metrics the preferences' are added to it
     */
    private List<PreferenceScores.Preference> score(
            PreferenceBatch batch,
            @Nullable BatchLogProbs given,
            Function<List<AnswerLogProbs>, List<PreferenceLosses>> lossesOf,
            double totalWeight,
            AnswerMetrics metrics,
            Activations activations,
            @Nullable LlamaWeights gradient) {
        TokenLogProbs forward = policy.logProbs(batch.tree(), batch.scored(), activations);
        BatchLogProbs ofPolicy = new BatchLogProbs(batch, forward);
        double[] referenceTokens = loss.referenceFree()
                ? new double[forward.logProbs().length]
                : (given == null ? forward : given.tokens()).logProbs();
        List<AnswerLogProbs> logProbs = ofPolicy.answers(summed.sums(batch, referenceTokens), loss);
        List<PreferenceLosses> ofBatch = lossesOf.apply(logProbs);
        List<TokenTotals> totals = ofPolicy.totals();
        List<PreferenceScores.Preference> scores = new ArrayList<>();
        for (int p = 0; p < logProbs.size(); p++) {
            PreferenceLosses losses = ofBatch.get(p);
            TokenizedPreference preference = batch.preferences().get(p);
            requireFinite(losses, preference);
            metrics.add(losses, logProbs.get(p).policy(), totals.get(p), preference.weight());
            List<PreferenceScores.Answer> answers = new ArrayList<>();
            for (int a = 0; a < logProbs.get(p).policy().length; a++) {
                int from = batch.starts()[p][a];
                int to = batch.starts()[p][a + 1];
                answers.add(new PreferenceScores.Answer(
                        Arrays.copyOfRange(batch.scored().targets(), from, to),
                        Arrays.copyOfRange(forward.logProbs(), from, to),
                        Arrays.copyOfRange(referenceTokens, from, to),
                        logProbs.get(p).policy()[a],
                        logProbs.get(p).reference()[a]));
            }
            scores.add(new PreferenceScores.Preference(losses, List.copyOf(answers)));
        }
        if (gradient != null) {
            policy.backward(
                    batch.tree(),
                    batch.scored(),
                    forward,
                    ofPolicy.slopes(ofBatch, loss.ldAlpha(), totalWeight),
                    activations,
                    Gradients.of(gradient));
        }
        return scores;
    }

    private static void requireFinite(PreferenceLosses losses, TokenizedPreference preference) {
        NonFiniteFigure.of(losses).ifPresent(figure -> {
            throw new NonFiniteException("The " + figure.name() + " of preference " + preference.row()
                    + " is not a finite number (" + figure.value()
                    + "): the models' weights, beta or the loss's options are out of range.");
        });
    }

    private double norm(LlamaWeights gradient) {
        double squares = 0;
        for (NamedTensor tensor : gradient.tensors()) {
            squares +=
                    policy.compute().call(() -> policy.compute().kernels().sumOfSquares(tensor.data(), tensor.size()));
        }
        double norm = Math.sqrt(squares);
        if (!Double.isFinite(norm)) {
            throw new NonFiniteException(
                    "The gradient is not finite: the models' weights or beta are out of range. Ask without its norm.");
        }
        return norm;
    }

    private List<PreferenceBatch> batches(List<TokenizedPreference> preferences, boolean gradientNorm) {
        long rows = memory / SHARE / bytesPerRow(gradientNorm);
        return EvenBatches.of(preferences, Math.clamp(rows, 1, MOST_ROWS));
    }

    private long bytesPerRow(boolean gradientNorm) {
        return Float.BYTES
                * Math.max(
                        PassSize.floatsPerRow(policy.config(), keep(gradientNorm)),
                        PassSize.floatsPerRow(reference.config(), Activations.Keep.NOTHING));
    }

    private static Activations.Keep keep(boolean gradientNorm) {
        return gradientNorm ? Activations.Keep.ALL : Activations.Keep.NOTHING;
    }

    private static List<BatchLogProbs> logProbs(LlamaModel model, List<PreferenceBatch> batches, Runnable beforeEach) {
        try (Activations activations = model.activations(size(batches), Activations.Keep.NOTHING)) {
            List<BatchLogProbs> logProbs = new ArrayList<>();
            for (PreferenceBatch batch : batches) {
                beforeEach.run();
                logProbs.add(BatchLogProbs.of(batch, model, activations));
            }
            return logProbs;
        }
    }

    /** The largest of each. */
    private static PassSize size(List<PreferenceBatch> batches) {
        int rows = 1;
        int scored = 1;
        int context = 1;
        for (PreferenceBatch batch : batches) {
            rows = Math.max(rows, batch.tree().size());
            scored = Math.max(scored, batch.scored().size());
            for (TokenizedPreference preference : batch.preferences()) {
                context = Math.max(context, preference.context());
            }
        }
        return new PassSize(rows, scored, context);
    }
}

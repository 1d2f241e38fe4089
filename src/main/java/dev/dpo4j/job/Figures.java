package dev.dpo4j.job;

import dev.dpo4j.train.LabelMetrics;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.StepReport;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metrics under the names of their readers: TRL's, and OpenAI's, which begin with {@code train_}, {@code valid_} and {@code full_valid_}. */
final class Figures {

    private Figures() {}

    /** @param kl whether the loss has a distance from the reference to tell of */
    static Map<String, Object> ofStep(StepReport report, boolean kl) {
        PreferenceMetrics metrics = report.metrics();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", report.step());
        data.put("epoch", report.epoch());
        data.put("loss", metrics.loss());
        data.put("train_loss", metrics.loss());
        data.put("grad_norm", report.gradNorm());
        data.put("learning_rate", report.learningRate());
        putRewards(data, "", metrics, kl);
        data.put("num_tokens", report.numTokens());
        data.put("tokens_per_second", report.work().tokensPerSecond());
        return data;
    }

    static Map<String, Object> ofMemory(MemoryPlan plan) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("base_bytes", plan.base());
        data.put("weights_bytes", plan.weights());
        data.put("gradients_bytes", plan.gradients());
        data.put("moments_bytes", plan.moments());
        data.put("reference_bytes", plan.reference());
        data.put("activations_bytes", plan.activations());
        data.put("total_bytes", plan.total());
        data.put("checkpoint_copy_bytes", plan.snapshot());
        data.put("limit_bytes", plan.limit());
        data.put("rows_per_pass", plan.packing().rows());
        data.put("recomputes_activations", plan.recomputes());
        return data;
    }

    /** @param kl whether the loss has a distance from the reference to tell of */
    static Map<String, Object> ofValidation(int step, double epoch, PreferenceMetrics metrics, boolean kl) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", step);
        data.put("epoch", epoch);
        data.put("eval_loss", metrics.loss());
        data.put("valid_loss", metrics.loss());
        putRewards(data, "eval_", metrics, kl);
        return data;
    }

    static Map<String, Object> ofCheckpoint(
            int step, @Nullable StepReport report, @Nullable PreferenceMetrics validation) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", step);
        if (report != null) {
            putLossAndAccuracy(data, "train_", report.metrics());
            putMargins(data, "", report.metrics());
        }
        if (validation != null) {
            putLossAndAccuracy(data, "valid_", validation);
            putLossAndAccuracy(data, "full_valid_", validation);
        }
        return data;
    }

    private static void putLossAndAccuracy(Map<String, Object> data, String prefix, PreferenceMetrics metrics) {
        data.put(prefix + "loss", metrics.loss());
        put(data, prefix + "mean_token_accuracy", metrics.meanTokenAccuracy(), metrics.labels() == null);
    }

    private static void putRewards(Map<String, Object> data, String prefix, PreferenceMetrics metrics, boolean kl) {
        put(data, prefix + "rewards/chosen", metrics.rewardsChosen(), metrics.hasChosen());
        put(data, prefix + "rewards/rejected", metrics.rewardsRejected(), metrics.hasRejected());
        putMargins(data, prefix, metrics);
        put(data, prefix + "logps/chosen", metrics.logpsChosen(), metrics.hasChosen());
        put(data, prefix + "logps/rejected", metrics.logpsRejected(), metrics.hasRejected());
        put(data, prefix + "logits/chosen", metrics.logitsChosen(), metrics.hasChosen());
        put(data, prefix + "logits/rejected", metrics.logitsRejected(), metrics.hasRejected());
        data.put(prefix + "entropy", metrics.entropy());
        LabelMetrics labels = metrics.labels();
        if (labels == null) {
            data.put(prefix + "mean_token_accuracy", metrics.meanTokenAccuracy());
        } else {
            put(data, prefix + "kl", labels.kl(), kl);
        }
    }

    private static void putMargins(Map<String, Object> data, String prefix, PreferenceMetrics metrics) {
        put(data, prefix + "rewards/accuracies", metrics.rewardsAccuracies(), metrics.labels() == null);
        put(data, prefix + "rewards/margins", metrics.rewardsMargins(), metrics.hasMargins());
    }

    private static void put(Map<String, Object> data, String name, double value, boolean known) {
        if (known) {
            data.put(name, value);
        }
    }
}

package dev.dpo4j.job;

import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.PreferenceMetrics;
import dev.dpo4j.train.StepReport;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metrics under the names of their readers: TRL's, and OpenAI's {@code train_loss}, {@code valid_loss}, {@code full_valid_loss}. */
final class Figures {

    private Figures() {}

    static Map<String, Object> ofStep(StepReport report) {
        PreferenceMetrics metrics = report.metrics();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", report.step());
        data.put("epoch", report.epoch());
        data.put("loss", metrics.loss());
        data.put("train_loss", metrics.loss());
        data.put("grad_norm", report.gradNorm());
        data.put("learning_rate", report.learningRate());
        putRewards(data, "", metrics);
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

    static Map<String, Object> ofValidation(int step, double epoch, PreferenceMetrics metrics) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", step);
        data.put("epoch", epoch);
        data.put("eval_loss", metrics.loss());
        data.put("valid_loss", metrics.loss());
        putRewards(data, "eval_", metrics);
        return data;
    }

    static Map<String, Object> ofCheckpoint(
            int step, @Nullable StepReport report, @Nullable PreferenceMetrics validation) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("step", step);
        if (report != null) {
            data.put("train_loss", report.metrics().loss());
            data.put("rewards/accuracies", report.metrics().rewardsAccuracies());
            data.put("rewards/margins", report.metrics().rewardsMargins());
        }
        if (validation != null) {
            data.put("valid_loss", validation.loss());
            data.put("full_valid_loss", validation.loss());
        }
        return data;
    }

    private static void putRewards(Map<String, Object> data, String prefix, PreferenceMetrics metrics) {
        data.put(prefix + "rewards/chosen", metrics.rewardsChosen());
        data.put(prefix + "rewards/rejected", metrics.rewardsRejected());
        data.put(prefix + "rewards/accuracies", metrics.rewardsAccuracies());
        data.put(prefix + "rewards/margins", metrics.rewardsMargins());
        data.put(prefix + "logps/chosen", metrics.logpsChosen());
        data.put(prefix + "logps/rejected", metrics.logpsRejected());
        data.put(prefix + "logits/chosen", metrics.logitsChosen());
        data.put(prefix + "logits/rejected", metrics.logitsRejected());
        data.put(prefix + "entropy", metrics.entropy());
        data.put(prefix + "mean_token_accuracy", metrics.meanTokenAccuracy());
    }
}

package dev.dpo4j.api;

import dev.dpo4j.train.ValidationMetric;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;

/** Lets the descriptions of options and metrics say where in the documentation these are explained. */
final class DocumentationLinks implements OpenApiCustomizer {

    private static final String JOB = "DpoHyperparametersRequest";

    /** What has its own section in a page, by the option's or by another name. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry("lr_scheduler_type", "training#the-learning-rate"),
            Map.entry("lr_scheduler_kwargs", "training#the-learning-rate"),
            Map.entry("warmup_steps", "training#the-learning-rate"),
            Map.entry("warmup_ratio", "training#the-learning-rate"),
            Map.entry("max_length", "data#from-a-row-to-token-ids"),
            Map.entry("truncation_mode", "data#from-a-row-to-token-ids"),
            Map.entry("logging_steps", "training#metrics"),
            Map.entry("save_steps", "training#stopping-and-going-on"),
            Map.entry("save_total_limit", "training#stopping-and-going-on"),
            Map.entry("eval_steps", "training#validation"),
            Map.entry("validation_split", "training#validation"),
            Map.entry("early_stopping_patience", "training#stopping-early-and-the-best-model"),
            Map.entry("early_stopping_threshold", "training#stopping-early-and-the-best-model"),
            Map.entry("metric_for_best_model", "training#stopping-early-and-the-best-model"),
            Map.entry("greater_is_better", "training#stopping-early-and-the-best-model"),
            Map.entry("load_best_model_at_end", "training#stopping-early-and-the-best-model"),
            Map.entry("sync_ref_model", "training#a-reference-that-follows"),
            Map.entry("ref_model_mixup_alpha", "training#a-reference-that-follows"),
            Map.entry("ref_model_sync_steps", "training#a-reference-that-follows"),
            Map.entry("lora", "training#lora"),
            Map.entry("continue_adapter", "training#adapters-from-elsewhere"));

    /** Metrics that evaluations do not report. */
    private static final List<String> OF_STEPS =
            List.of("grad_norm", "learning_rate", "num_tokens", "tokens_per_second", "kl");

    private final Set<String> losses;

    DocumentationLinks(Documentation documentation) {
        this.losses =
                documentation.page("losses").map(DocumentationPage::anchors).orElseThrow();
    }

    @Override
    public void customise(OpenAPI api) {
        properties(api, "DpoLossRequest").forEach((name, option) -> link(option, ofLosses(name)));
        properties(api, JOB).forEach((name, option) -> {
            String loss = ofLosses(name);
            link(option, loss == null ? SECTIONS.getOrDefault(name, "training#hyperparameters") : loss);
        });
        properties(api, "Lora").values().forEach(option -> link(option, "training#lora"));
        properties(api, "LrSchedulerKwargs").values().forEach(option -> link(option, "training#the-learning-rate"));
        List<String> evaluated = Arrays.stream(ValidationMetric.values())
                .map(ValidationMetric::wireName)
                .toList();
        List<String> all = Stream.concat(evaluated.stream(), OF_STEPS.stream()).toList();
        describe(property(api, "FineTuningJobEvent", "data"), "Of a metrics event: " + links(all));
        describe(
                property(api, "FineTuningJobCheckpoint", "metrics"),
                "Of its step loss and mean_token_accuracy as train_loss and so on, those of an evaluation after it as valid_… and"
                        + " full_valid_…. And of its step " + links(List.of("rewards/accuracies", "rewards/margins")));
        link(property(api, "OpenAiError", "code"), "errors#codes");
        describe(property(api, "DpoLoss", "metrics"), "Explained: " + links(evaluated));
    }

    /** Where an option of losses is explained; null: it is none. */
    private @Nullable String ofLosses(String option) {
        String section = option.equals("loss_type") ? "the-losses" : option;
        return losses.contains(section) ? "losses#" + section : null;
    }

    private static void link(Schema<?> schema, @Nullable String section) {
        if (section != null) {
            describe(schema, "[Explained](/docs/%s).".formatted(section));
        }
    }

    private static void describe(Schema<?> schema, String sentence) {
        String before = schema.getDescription();
        schema.setDescription(before == null ? sentence : before + " " + sentence);
    }

    private static String links(List<String> metrics) {
        return metrics.stream()
                .map(name -> "[%s](/docs/metrics#%s)".formatted(name, DocumentationPage.anchor(name)))
                .collect(Collectors.joining(", ", "", "."));
    }

    private static Schema<?> property(OpenAPI api, String schema, String name) {
        return Objects.requireNonNull(properties(api, schema).get(name), name);
    }

    @SuppressWarnings("rawtypes") // as swagger has it
    private static Map<String, Schema> properties(OpenAPI api, String name) {
        Schema<?> schema =
                Objects.requireNonNull(api.getComponents().getSchemas().get(name), "the description lacks " + name);
        return schema.getProperties();
    }
}

package dev.dpo4j.job;

import dev.dpo4j.train.Cuts;
import java.util.LinkedHashMap;
import java.util.Map;

/** The event that tells what is not trained on, or not as it was given: in words, and as figures. */
final class CutNews {

    private CutNews() {}

    /**
     * Of one side of a job's data.
     *
     * @param data training or validation
     * @param cuts some
     */
    static NewEvent of(String data, Cuts cuts, JobSpec spec) {
        String weight = cuts.weightless() == 0
                ? ""
                : "Of the %s data, %d rows are left out for their weight of 0.".formatted(data, cuts.weightless());
        NewEvent event = cuts.byLength()
                ? NewEvent.warn((byLength(data, cuts, spec) + " " + weight).strip())
                : NewEvent.info(weight);
        return event.with(figures(data, cuts));
    }

    private static String byLength(String data, Cuts cuts, JobSpec spec) {
        return ("max_length %s: of the %s data, %d chosen and %d rejected answers are cut short, and %d of them lose their end token; %d prompts"
                        + " are cut; %d preferences are left out. Raise max_length to use all of them as they are.")
                .formatted(
                        spec.hyperparameters().maxLength(),
                        data,
                        cuts.chosen(),
                        cuts.rejected(),
                        cuts.ends(),
                        cuts.prompts(),
                        cuts.dropped());
    }

    private static Map<String, Object> figures(String data, Cuts cuts) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("data", data);
        figures.put("chosen_answers_cut", cuts.chosen());
        figures.put("rejected_answers_cut", cuts.rejected());
        figures.put("end_tokens_lost", cuts.ends());
        figures.put("prompts_cut", cuts.prompts());
        figures.put("dropped_for_length", cuts.dropped());
        figures.put("dropped_for_weight", cuts.weightless());
        return figures;
    }
}

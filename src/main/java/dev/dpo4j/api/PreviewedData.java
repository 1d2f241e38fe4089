package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.dataset.DataReport;
import dev.dpo4j.dataset.LengthStatistics;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is worth knowing of training or validation data, as the model sees it and before anything is cut off.
 *
 * @param rows all there are
 * @param lengths in tokens
 * @param pairs of a chosen and a rejected answer
 * @param chosenLonger in how many of them the chosen answer has more tokens: a model learns that too
 * @param chosenShorter in how many it has fewer
 * @param findings what is odd, and where; empty: nothing
 */
@Schema(
        name = "FineTuningJobPreviewData",
        description = "What is worth knowing of training or validation data, before anything is cut off.")
record PreviewedData(
        long rows, Lengths lengths, int pairs, int chosenLonger, int chosenShorter, List<Finding> findings) {

    private static final int NAMED_ROWS = 20;

    static PreviewedData of(long rows, DataReport report) {
        return new PreviewedData(
                rows,
                new Lengths(
                        report.prompts().orElse(null),
                        report.chosen().orElse(null),
                        report.rejected().orElse(null),
                        report.texts().orElse(null)),
                report.pairs(),
                report.chosenLonger(),
                report.chosenShorter(),
                report.findings().entrySet().stream()
                        .map(found -> new Finding(
                                found.getKey().name().toLowerCase(Locale.ROOT),
                                found.getKey().meaning(),
                                found.getValue().cardinality(),
                                found.getValue().stream()
                                        .limit(NAMED_ROWS)
                                        .boxed()
                                        .toList()))
                        .toList());
    }

    /**
     * How many tokens.
     *
     * @param prompt of prompts
     * @param chosen of chosen answers, and those labelled good; null: there are none
     * @param rejected of rejected ones, and those labelled bad; null: there are none
     * @param text of each prompt with its longest answer, which max_length is compared with
     */
    @Schema(name = "FineTuningJobPreviewLengths")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Lengths(
            @Nullable LengthStatistics prompt,
            @Nullable LengthStatistics chosen,
            @Nullable LengthStatistics rejected,
            @Nullable LengthStatistics text) {}

    /**
     * Something odd.
     *
     * @param type for programs, as in {@code identical_answers}
     * @param meaning for people
     * @param count of rows
     * @param rows the first of them
     */
    @Schema(name = "FineTuningJobPreviewFinding")
    record Finding(String type, String meaning, int count, List<Integer> rows) {}
}

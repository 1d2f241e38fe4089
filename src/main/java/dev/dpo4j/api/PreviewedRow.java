package dev.dpo4j.api;

import dev.dpo4j.dataset.DataReport;
import dev.dpo4j.dataset.Label;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.job.JobPreview;
import dev.dpo4j.tokenizer.Tokenizer;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A row as the model would see it.
 *
 * @param row its number, from 1
 * @param findings what is odd about it
 * @param prompt its tokens, which condition the answers' and are not trained
 * @param answers chosen first
 */
@Schema(
        name = "FineTuningJobPreviewRow",
        description = "A row as the model would see it; of a loss of labelled answers, one of its answers.")
record PreviewedRow(int row, List<String> findings, List<Token> prompt, List<Answer> answers) {

    static PreviewedRow of(JobPreview.Row row, DataReport report, @Nullable Tokenizer tokenizer) {
        TokenizedPreference whole = row.whole();
        Optional<TokenizedPreference> left = Optional.ofNullable(row.fitted()).flatMap(Truncation::preference);
        List<Answer> answers = new ArrayList<>();
        for (int a = 0; a < whole.answers().size(); a++) {
            int answer = a;
            int kept = left.map(fitted -> fitted.answers().get(answer).length).orElse(0);
            answers.add(
                    new Answer(role(whole.label(), a), tokens(whole.answers().get(a), true, i -> i < kept, tokenizer)));
        }
        return new PreviewedRow(
                whole.row(),
                report.of(whole.row()).stream()
                        .map(finding -> finding.name().toLowerCase(Locale.ROOT))
                        .toList(),
                tokens(whole.prompt(), false, keptOfPrompt(whole.prompt(), row.fitted()), tokenizer),
                answers);
    }

    private static String role(@Nullable Label label, int answer) {
        if (label != null) {
            return label == Label.GOOD ? "good" : "bad";
        }
        return answer == 0 ? "chosen" : "rejected";
    }

    private static IntPredicate keptOfPrompt(int[] prompt, @Nullable Truncation fitted) {
        if (fitted == null || fitted.preference().isEmpty()) {
            return i -> false;
        }
        int cut = prompt.length - fitted.preference().get().prompt().length;
        return fitted.bosKept() ? i -> i == 0 || i > cut : i -> i >= cut;
    }

    private static List<Token> tokens(int[] ids, boolean answer, IntPredicate kept, @Nullable Tokenizer tokenizer) {
        return IntStream.range(0, ids.length)
                .mapToObj(
                        i -> new Token(ids[i], TokenTexts.of(ids[i], tokenizer), answer && kept.test(i), !kept.test(i)))
                .toList();
    }

    /**
     * An answer.
     *
     * @param role chosen or rejected; good or bad where answers are labelled
     * @param tokens what it is made of
     */
    @Schema(name = "FineTuningJobPreviewAnswer")
    record Answer(
            @Schema(allowableValues = {"chosen", "rejected", "good", "bad"})
            String role,

            List<Token> tokens) {}

    /**
     * A token.
     *
     * @param id in the model's vocabulary
     * @param text it; null: the model has no tokenizer, or that does not know it
     * @param trained whether its log-probability is part of the loss
     * @param cut whether it is cut off, or dropped with its row, to fit max_length
     */
    @Schema(name = "FineTuningJobPreviewToken")
    record Token(int id, @Nullable String text, boolean trained, boolean cut) {}
}

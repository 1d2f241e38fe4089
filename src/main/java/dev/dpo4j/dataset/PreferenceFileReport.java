package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.List;

/**
 * What a file of preferences holds.
 *
 * @param rows rows in all, good and bad
 * @param idRows good rows of token ids
 * @param textRows good rows of text
 * @param chatRows good rows of messages
 * @param rejectedAnswers rejected answers of all good rows
 * @param errorCount bad rows
 * @param errors the first hundred of them
 */
public record PreferenceFileReport(
        int rows, int idRows, int textRows, int chatRows, int rejectedAnswers, int errorCount, List<RowError> errors) {

    private static final int MAX_ERRORS = 100;

    public PreferenceFileReport {
        errors = List.copyOf(errors);
    }

    /**
     * One bad row.
     *
     * @param line the line it starts on, from 1
     * @param pointer JSON pointer into the row; empty: the row itself
     */
    public record RowError(int line, String pointer, String reason) {

        @Override
        public String toString() {
            return "line " + line + (pointer.isEmpty() ? "" : ", " + pointer) + ": " + reason;
        }
    }

    /** Whether a job can train on the file. */
    public boolean isUsable() {
        return errorCount == 0 && rows > 0;
    }

    /** What is wrong, one error a line; empty when nothing is. */
    public String statusDetails() {
        if (rows == 0) {
            return "The file holds no preferences.";
        }
        List<String> lines =
                new ArrayList<>(errors.stream().map(RowError::toString).toList());
        if (errorCount > errors.size()) {
            lines.add("and %d more rows with errors".formatted(errorCount - errors.size()));
        }
        return String.join("\n", lines);
    }

    static final class Builder implements PreferenceFile.RowHandler {

        private final List<RowError> errors = new ArrayList<>();
        private int rows;
        private int idRows;
        private int textRows;
        private int chatRows;
        private int rejectedAnswers;
        private int errorCount;

        @Override
        public void row(int row, int line, PreferenceExample example) {
            rows++;
            rejectedAnswers += example.rejected().size();
            switch (example.prompt()) {
                case Content.TokenIds ids -> idRows++;
                case Content.Text text -> textRows++;
                case Content.Messages messages -> chatRows++;
            }
        }

        @Override
        public void invalid(int row, int line, InvalidRowException problem) {
            rows++;
            errorCount++;
            if (errors.size() < MAX_ERRORS) {
                errors.add(new RowError(line, problem.pointer(), problem.reason()));
            }
        }

        PreferenceFileReport build() {
            return new PreferenceFileReport(rows, idRows, textRows, chatRows, rejectedAnswers, errorCount, errors);
        }
    }
}

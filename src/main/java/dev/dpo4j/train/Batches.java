package dev.dpo4j.train;

import java.util.List;

/**
 * How a run's rows become passes through the model: the same rows always the same, whoever asks.
 *
 * @param data rows count within its lists
 * @param batchSize preferences that are cut together, of the validation data
 */
record Batches(TokenizedData data, Packing packing, int batchSize) {

    List<PreferenceBatch> training(List<Integer> rows) {
        return EvenBatches.of(rows.stream().map(data.training()::get).toList(), packing.rows());
    }

    List<PreferenceBatch> validation(List<Integer> rows) {
        return EvenBatches.of(rows.stream().map(data.validation()::get).toList(), packing.rows());
    }

    /** All rows of the validation data, some at a time. */
    List<List<Integer>> validationRows() {
        return Schedule.slices(data.validation().size(), batchSize);
    }
}

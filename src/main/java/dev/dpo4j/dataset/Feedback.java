package dev.dpo4j.dataset;

import java.util.List;

/** What a loss learns from, and what rows are to it. */
public enum Feedback {
    /** Answers compared with each other. */
    PREFERENCES {
        @Override
        public List<PreferenceExample> of(PreferenceExample row) {
            if (row.label() != null) {
                throw new InvalidRowException(
                        row.chosen().pointer(),
                        "is an answer with a label, and this loss compares chosen with rejected answers:"
                                + " give those, or take loss_type kto");
            }
            return List.of(row);
        }
    },

    /** Answers that are each labelled good or bad. A preference is several: the chosen answer a good one, each rejected answer a bad one. */
    LABELLED_ANSWERS {
        @Override
        public List<PreferenceExample> of(PreferenceExample row) {
            return row.labelled();
        }
    };

    /**
     * What a row holds of it.
     *
     * @throws InvalidRowException when that is nothing
     */
    public abstract List<PreferenceExample> of(PreferenceExample row);
}

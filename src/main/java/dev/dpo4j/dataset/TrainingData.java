package dev.dpo4j.dataset;

/**
 * Preferences that will be the same whenever they are read: a file, or what a dataset held at one moment.
 *
 * @param kind file or dataset
 * @param id the file's id or the dataset's name
 * @param rows how many preferences; of a dataset those with a number up to this
 * @param sha256 hexadecimal SHA-256 of the file's bytes, or over the hashes of the dataset's preferences
 */
public record TrainingData(Kind kind, String id, long rows, String sha256) {

    /** Where preferences come from. */
    public enum Kind {
        /** An uploaded file. */
        FILE,
        /** A named dataset. */
        DATASET
    }
}

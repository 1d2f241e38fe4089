package dev.dpo4j.loss;

/** A loss with its parameters: from log-probabilities to numbers and their slopes in closed form. Pure. */
sealed interface Loss permits PairedLoss, LabelledLoss {

    /** Whether a preference's loss depends on the others it is computed with, beyond their lengths. */
    default boolean comparesPreferences() {
        return false;
    }
}

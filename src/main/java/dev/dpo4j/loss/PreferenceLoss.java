package dev.dpo4j.loss;

/**
 * A preference loss: from four log-probabilities to a number and its slopes. Pure, so that the loss answered over HTTP and the loss
 * trained on are the same call.
 */
public sealed interface PreferenceLoss permits SigmoidLoss {

    /** What the rewards are scaled with. */
    double beta();

    /** The loss of one pair of answers. */
    PairLoss of(PairLogProbs pair);
}

package dev.dpo4j.loss;

/**
 * Supervised fine-tuning on the chosen answers: their negative log-likelihood over all chosen tokens that are computed together, {@code -sum
 * log pi(c|x) / sum n(c)}. What is given for one preference is its share of that, so that the mean over preferences is the whole; TRL gives
 * every pair the whole. LD-DPO reduces nothing of it, here as in TRL: it compares no answers.
 */
record SftLoss() implements PairwiseLoss {

    @Override
    public PairTerm of(PairLogProbs pair) {
        double tokens = pair.meanChosenTokens();
        double slope = -1 / tokens;
        return new PairTerm(-pair.wholeChosen() / tokens, slope, 0, slope, 0);
    }
}

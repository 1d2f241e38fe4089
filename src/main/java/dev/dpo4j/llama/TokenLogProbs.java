package dev.dpo4j.llama;

/**
 * What the output layer says of the scored tokens.
 *
 * @param logProbs (N) log-probability of each, natural
 * @param lse (N) log-sum-exp of the logits each was chosen from
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record TokenLogProbs(double[] logProbs, double[] lse) {}

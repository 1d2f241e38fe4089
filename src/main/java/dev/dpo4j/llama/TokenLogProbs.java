package dev.dpo4j.llama;

import dev.dpo4j.kernel.TokenFigures;

/**
 * What the output layer says of the scored tokens.
 *
 * @param logProbs (N) log-probability of each, natural
 * @param lse (N) log-sum-exp of the logits each was chosen from
 * @param figures (N) of the logits each was chosen from
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results; never compared
public record TokenLogProbs(double[] logProbs, double[] lse, TokenFigures figures) {}

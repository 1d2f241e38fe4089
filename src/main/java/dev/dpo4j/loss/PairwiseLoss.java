package dev.dpo4j.loss;

/** A loss of a pair of answers, with its parameters: from log-probabilities to a number and its slopes in closed form. Pure. */
public sealed interface PairwiseLoss
        permits SigmoidLoss,
                SigmoidNormLoss,
                HingeLoss,
                IpoLoss,
                ExoPairLoss,
                RobustLoss,
                DiscopopLoss,
                NcaPairLoss,
                BcoPairLoss,
                SppoHardLoss,
                ApoZeroLoss,
                ApoDownLoss,
                DpopLoss {

    /** The loss of one pair. */
    PairTerm of(PairLogProbs pair);
}

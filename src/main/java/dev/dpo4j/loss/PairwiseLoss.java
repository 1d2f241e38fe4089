package dev.dpo4j.loss;

import java.util.List;

/** A loss of a pair of answers. */
sealed interface PairwiseLoss extends PairedLoss
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
                DpopLoss,
                SftLoss,
                CpoLoss,
                SimpoLoss,
                OrpoLoss {

    /** The loss of one pair. */
    PairTerm of(PairLogProbs pair);

    @Override
    default List<List<PairTerm>> of(List<List<PairLogProbs>> preferences) {
        return preferences.stream()
                .map(pairs -> pairs.stream().map(this::of).toList())
                .toList();
    }
}

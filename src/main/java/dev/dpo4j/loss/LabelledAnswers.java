package dev.dpo4j.loss;

import java.util.List;

/** Losses of labelled answers that are computed together. */
final class LabelledAnswers {

    private final double beta;
    private final List<PreferenceLoss.Term> terms;

    LabelledAnswers(double beta, List<PreferenceLoss.Term> terms) {
        this.beta = beta;
        this.terms = terms;
    }

    List<PreferenceLosses> losses(List<AnswerLogProbs> answers) {
        double kl = terms.stream().anyMatch(term -> loss(term).looksAtKl()) ? kl(answers) : 0;
        return answers.stream().map(answer -> losses(answer, kl)).toList();
    }

    /** The paper's z: what mismatched answers' log-ratios are on average, and not less than 0, which no such distance is. */
    private static double kl(List<AnswerLogProbs> answers) {
        return Math.max(
                0,
                answers.stream()
                        .mapToDouble(AnswerLogProbs::mismatchedRatio)
                        .average()
                        .orElseThrow());
    }

    private PreferenceLosses losses(AnswerLogProbs answer, double kl) {
        boolean good = answer.good();
        double ratio = answer.policy()[0] - answer.reference()[0];
        double loss = 0;
        double[] slopes = new double[answer.policy().length]; // a mismatched answer has none: kl is a constant
        for (PreferenceLoss.Term term : terms) {
            LabelledTerm computed = loss(term).of(good, ratio, kl);
            loss += term.weight() * computed.loss();
            slopes[0] += term.weight() * computed.slope();
        }
        return new PreferenceLosses(loss, List.of(), slopes, new LabelledAnswer(good, beta * ratio, kl));
    }

    private static LabelledLoss loss(PreferenceLoss.Term term) {
        return (LabelledLoss) term.loss();
    }
}

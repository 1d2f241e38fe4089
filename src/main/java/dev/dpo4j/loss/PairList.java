package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The pairs of preferences that are computed together, one after the other, for losses in which every pair counts alike. */
final class PairList {

    private final List<List<PairLogProbs>> preferences;
    private final List<PairLogProbs> pairs = new ArrayList<>();
    private final List<PairTerm> terms;

    PairList(List<List<PairLogProbs>> preferences) {
        this.preferences = preferences;
        preferences.forEach(pairs::addAll);
        this.terms = new ArrayList<>(Collections.nCopies(pairs.size(), PairTerm.ZERO));
    }

    int size() {
        return pairs.size();
    }

    /** The pairs' numbers in ascending order of a value. */
    List<Integer> sortedBy(ToDoubleFunction<PairLogProbs> value) {
        return IntStream.range(0, pairs.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> value.applyAsDouble(pairs.get(i))))
                .toList();
    }

    PairLogProbs get(int pair) {
        return pairs.get(pair);
    }

    /** Adds to a pair's term. */
    void add(int pair, double loss, double slopeChosen, double slopeRejected) {
        terms.set(pair, terms.get(pair).plus(new PairTerm(loss, slopeChosen, slopeRejected)));
    }

    /** The terms, scaled so that the mean over preferences of the mean over their pairs is the mean over all pairs. */
    List<List<PairTerm>> terms() {
        List<List<PairTerm>> all = new ArrayList<>();
        int next = 0;
        for (List<PairLogProbs> preference : preferences) {
            double share = (double) preferences.size() * preference.size() / pairs.size();
            all.add(terms.subList(next, next += preference.size()).stream()
                    .map(term -> term.times(share))
                    .toList());
        }
        return all;
    }
}

package dev.dpo4j.dataset;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is worth knowing of a file or dataset as one model sees it, before anything is cut off.
 *
 * @param prompts how long they are, in tokens
 * @param chosen likewise the chosen answers, and those labelled good
 * @param rejected the rejected ones, and those labelled bad
 * @param texts each prompt with the longest of its answers, which {@code max_length} is compared with
 * @param pairs of a chosen and a rejected answer
 * @param chosenLonger in how many of them the chosen one is longer, which a model learns from as well
 * @param chosenShorter in how many it is shorter
 * @param findings rows by what was found, each row counted once
 */
public record DataReport(
        Optional<LengthStatistics> prompts,
        Optional<LengthStatistics> chosen,
        Optional<LengthStatistics> rejected,
        Optional<LengthStatistics> texts,
        int pairs,
        int chosenLonger,
        int chosenShorter,
        Map<RowFinding, BitSet> findings) {

    /** What was found of one row. */
    public List<RowFinding> of(int row) {
        return findings.entrySet().stream()
                .filter(finding -> finding.getValue().get(row))
                .map(Map.Entry::getKey)
                .toList();
    }
}

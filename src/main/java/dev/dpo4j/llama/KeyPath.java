package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a tree that a segment's last token sees, itself included, from the start of its text on.
 *
 * @param runs in the order of the text
 * @param keys how many rows they are
 */
record KeyPath(List<Run> runs, int keys) {

    /**
     * Rows that lie side by side.
     *
     * @param row the first
     * @param count how many
     * @param key which of the text's keys the first one is
     */
    record Run(int row, int count, int key) {}

    KeyPath {
        runs = List.copyOf(runs);
    }

    static KeyPath of(TokenTree tree, TokenTree.Segment segment) {
        List<TokenTree.Segment> seen = new ArrayList<>(tree.context(segment));
        seen.add(segment);
        List<Run> runs = new ArrayList<>();
        int key = 0;
        for (int i = 0; i < seen.size(); ) {
            int start = seen.get(i).start();
            int end = seen.get(i).end();
            for (i++; i < seen.size() && seen.get(i).start() == end; i++) {
                end = seen.get(i).end(); // a segment right behind the one it continues
            }
            runs.add(new Run(start, end - start, key));
            key += end - start;
        }
        return new KeyPath(runs, key);
    }

    /** The runs of the first {@code keys} keys. */
    List<Run> runs(int keys) {
        return runs.stream()
                .filter(run -> run.key < keys)
                .map(run -> new Run(run.row, Math.min(run.count, keys - run.key), run.key))
                .toList();
    }
}

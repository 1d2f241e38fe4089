package dev.dpo4j.llama;

import dev.dpo4j.tensor.OrderedMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive query rows of one segment.
 *
 * @param path what the segment sees; the rows are among it
 * @param from the block's first row
 * @param rows its number of rows
 * @param keysBefore how many keys its first row sees besides its own; each further row sees one more
 */
record AttentionBlock(KeyPath path, int from, int rows, int keysBefore) {

    /** Query rows, counting each head that shares a key head, from which on a product of that size is at full speed. */
    private static final int PRODUCT_ROWS = 192;

    /** With this many rows, or a multiple of it, there are no single ones left over. */
    private static final int STEP = OrderedMatrix.wholeTiles(8);

    private static final int FEWEST_ROWS = 2 * STEP;
    private static final int MOST_ROWS = 16 * STEP;

    /** Query rows of a block, by how many heads share a key head: with more of them it takes fewer rows to fill a product. */
    static int rows(LlamaConfig config) {
        int rows = PRODUCT_ROWS / group(config) / STEP * STEP;
        return Math.clamp(rows, FEWEST_ROWS, MOST_ROWS);
    }

    /** B G, the rows of a block's stacked heads. */
    static int stackedRows(LlamaConfig config) {
        return rows(config) * group(config);
    }

    /** G, how many heads share a key head. */
    static int group(LlamaConfig config) {
        return config.heads() / config.kvHeads();
    }

    /** The blocks of rows {@code from} to {@code to} of the tree, of at most {@code size} rows each. */
    static List<AttentionBlock> of(TokenTree tree, int from, int to, int size) {
        List<AttentionBlock> blocks = new ArrayList<>();
        for (TokenTree.Segment segment : tree.segments()) {
            int first = Math.max(from, segment.start());
            int end = Math.min(to, segment.end());
            if (first < end) {
                KeyPath path = KeyPath.of(tree, segment);
                int before = path.keys() - segment.length();
                for (int row = first; row < end; row += size) {
                    blocks.add(
                            new AttentionBlock(path, row, Math.min(size, end - row), before + row - segment.start()));
                }
            }
        }
        return blocks;
    }

    /** Keys the block's last row sees. */
    int keys() {
        return keysBefore + rows;
    }

    /** What the block costs, in scores. */
    long scores() {
        return (long) rows * keys();
    }

    /** The first of the block's rows, from 0, that sees a key. */
    int firstRow(int key) {
        return Math.max(0, key - keysBefore);
    }

    /** How many of the text's keys the given number of first rows of the block see together. */
    int seen(int rows) {
        return keysBefore + Math.min(rows, this.rows);
    }

    /** Cuts blocks into at most {@code count} runs of about the same cost, none empty. */
    static List<List<AttentionBlock>> slices(List<AttentionBlock> blocks, int count) {
        long total = blocks.stream().mapToLong(AttentionBlock::scores).sum();
        List<List<AttentionBlock>> slices = new ArrayList<>();
        List<AttentionBlock> slice = new ArrayList<>();
        long done = 0;
        for (AttentionBlock block : blocks) {
            slice.add(block);
            done += block.scores();
            if (done * count >= total * (slices.size() + 1)) {
                slices.add(slice);
                slice = new ArrayList<>();
            }
        }
        return slices;
    }

    /** Cuts blocks where the path changes, and after so many rows. */
    static List<List<AttentionBlock>> ofOnePath(List<AttentionBlock> blocks, int mostRows) {
        List<List<AttentionBlock>> parts = new ArrayList<>();
        List<AttentionBlock> part = new ArrayList<>();
        int rows = 0;
        for (AttentionBlock block : blocks) {
            if (!part.isEmpty() && (!part.getLast().path.equals(block.path) || rows + block.rows > mostRows)) {
                parts.add(part);
                part = new ArrayList<>();
                rows = 0;
            }
            part.add(block);
            rows += block.rows;
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }
}

package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive query rows of one segment, and the keys that the last of them sees, in tiles: rows of the tree that lie side by side
 * and are few enough for their scores to stay in a core's cache.
 *
 * @param from the block's first row
 * @param rows its number of rows
 * @param keysBefore how many keys its first row sees besides its own; each further row sees one more
 * @param tiles in the order of the text
 */
record AttentionBlock(int from, int rows, int keysBefore, List<Tile> tiles) {

    /** The most keys of a tile. */
    static final int TILE = 512;

    /** Query rows, counting each head that shares a key head, from which on a product of that size is at full speed. */
    private static final int PRODUCT_ROWS = 192;

    private static final int FEWEST_ROWS = 32;
    private static final int MOST_ROWS = 128;

    /**
     * Some keys.
     *
     * @param start the row of the first
     * @param keys how many
     * @param column of the first one's score in a row that has the scores of all keys
     */
    record Tile(int start, int keys, int column) {}

    AttentionBlock {
        tiles = List.copyOf(tiles);
    }

    /** Query rows of a block, by how many heads share a key head: with more of them it takes fewer rows to fill a product. */
    static int rows(LlamaConfig config) {
        int rows = PRODUCT_ROWS / group(config) / 16 * 16;
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
            int end = Math.min(to, segment.end());
            for (int row = Math.max(from, segment.start()); row < end; row += size) {
                blocks.add(of(tree, segment, row, Math.min(size, end - row)));
            }
        }
        return blocks;
    }

    private static AttentionBlock of(TokenTree tree, TokenTree.Segment segment, int from, int rows) {
        List<TokenTree.Segment> seen = new ArrayList<>(tree.context(segment));
        seen.add(new TokenTree.Segment(segment.start(), from + rows - segment.start(), segment.parent()));
        List<Tile> tiles = new ArrayList<>();
        int column = 0;
        for (int i = 0; i < seen.size(); ) {
            int start = seen.get(i).start();
            int end = seen.get(i).end();
            for (i++; i < seen.size() && seen.get(i).start() == end; i++) {
                end = seen.get(i).end(); // a segment right behind the one it continues
            }
            column = cut(start, end, column, tiles);
        }
        return new AttentionBlock(from, rows, column - rows, tiles);
    }

    private static int cut(int start, int end, int firstColumn, List<Tile> tiles) {
        int count = (end - start + TILE - 1) / TILE;
        int each = Activations.stride((end - start + count - 1) / count);
        int column = firstColumn;
        for (int row = start; row < end; row += each) {
            int keys = Math.min(each, end - row);
            tiles.add(new Tile(row, keys, column));
            column += keys;
        }
        return column;
    }

    /** Keys the block's last row sees. */
    int keys() {
        return keysBefore + rows;
    }

    /** What the block costs, in scores. */
    long scores() {
        return (long) rows * keys();
    }

    /** Keys of a tile the block's first row sees; none or fewer when the tile lies among the block's own rows. */
    int firstValid(Tile tile) {
        return keysBefore + 1 - tile.column;
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
}

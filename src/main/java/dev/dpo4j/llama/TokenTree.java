package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one forward pass, packed without padding: segments that continue other segments. A preference is a prompt and, for
 * each answer, a child of it; children do not see each other, so the prompt is computed once and every answer's result is the same
 * as if the prompt had been repeated (Wang & Hegde, arXiv 2410.20305).
 *
 * @param tokens (T) token ids
 * @param positions (T) each token's distance from the start of its text
 * @param segments in order of their rows; a parent comes before its children
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of rows; never compared
public record TokenTree(int[] tokens, int[] positions, List<Segment> segments) {

    /**
     * Consecutive rows of one text.
     *
     * @param start its first row
     * @param length its number of rows
     * @param parent the segment it continues, -1 for the start of a text
     */
    public record Segment(int start, int length, int parent) {

        int end() {
            return start + length;
        }
    }

    public TokenTree {
        segments = List.copyOf(segments);
    }

    /** A tree of a single text. */
    public static TokenTree of(int... tokens) {
        Builder builder = new Builder();
        builder.add(-1, tokens);
        return builder.build();
    }

    /** T, the number of rows. */
    public int size() {
        return tokens.length;
    }

    /** The segments whose keys a segment sees besides its own, from the start of the text on. */
    List<Segment> context(Segment segment) {
        List<Segment> context = new ArrayList<>();
        for (int parent = segment.parent; parent >= 0; parent = segments.get(parent).parent) {
            context.add(segments.get(parent));
        }
        return context.reversed();
    }

    /** Puts a tree together; the segments of a text must be added before the next text begins. */
    public static final class Builder {

        private int[] tokens = new int[256];
        private int[] positions = new int[256];
        private int size;
        private final List<Segment> segments = new ArrayList<>();

        /**
         * Adds a segment.
         *
         * @param parent what it continues, -1 to begin a text
         * @param ids its tokens
         * @return its index
         */
        public int add(int parent, int... ids) {
            if (size + ids.length > tokens.length) {
                int capacity = Math.max(2 * tokens.length, size + ids.length);
                tokens = Arrays.copyOf(tokens, capacity);
                positions = Arrays.copyOf(positions, capacity);
            }
            int position = parent < 0 ? 0 : endPosition(parent);
            for (int id : ids) {
                tokens[size] = id;
                positions[size++] = position++;
            }
            segments.add(new Segment(size - ids.length, ids.length, parent));
            return segments.size() - 1;
        }

        /** The number of rows so far. */
        public int size() {
            return size;
        }

        /** The tree. */
        public TokenTree build() {
            return new TokenTree(Arrays.copyOf(tokens, size), Arrays.copyOf(positions, size), segments);
        }

        private int endPosition(int index) {
            int length = 0;
            for (int i = index; i >= 0; i = segments.get(i).parent) {
                length += segments.get(i).length;
            }
            return length;
        }
    }
}

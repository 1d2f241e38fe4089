package dev.dpo4j.llama;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Puts texts together so that what they begin with alike is computed once: a prompt with all its answers, answers that begin alike,
 * a system prompt that many prompts share. Exact for a causal model, in which a token depends on nothing behind it: a row's
 * gradient is the sum over all the texts it belongs to (Wang & Hegde, arXiv 2410.20305, for one prompt and two answers).
 *
 * <p>A shared beginning costs products over fewer keys at a time in attention, so very short ones are computed twice.
 */
public final class TokenTrie {

    /** Fewer tokens are not shared, unless they are all that is left of a prompt. */
    static final int FEWEST_SHARED = 8;

    /**
     * The rows of some texts.
     *
     * @param tree what to compute
     * @param rows for each text, in the order they were added, the row of each of its tokens
     */
    public record Rows(TokenTree tree, List<int[]> rows) {}

    private final Node root = new Node(0, new int[0]);
    private final List<int[]> texts = new ArrayList<>();

    /** Tokens that some texts have in common, from a depth on. */
    private static final class Node {

        private final int depth;
        private final int[] tokens;
        private final List<Integer> texts = new ArrayList<>();
        private final List<Node> children = new ArrayList<>();

        Node(int depth, int[] tokens) {
            this.depth = depth;
            this.tokens = tokens;
        }

        int end() {
            return depth + tokens.length;
        }

        /** How many of its tokens a text has too. */
        int common(int[] text) {
            int to = Math.min(end(), text.length);
            int mismatch = Arrays.mismatch(tokens, 0, to - depth, text, depth, to);
            return mismatch < 0 ? to - depth : mismatch;
        }
    }

    /**
     * Adds a text.
     *
     * @param text at least one token
     * @param prompt how many tokens of it are a prompt, which is shared with other texts however short it is
     */
    public void add(int[] text, int prompt) {
        int index = texts.size();
        texts.add(text);
        Node node = root;
        while (node.end() < text.length) {
            Node next = child(node, text, prompt);
            next.texts.add(index);
            node = next;
        }
    }

    /** The child of a node with which a text goes on, made when there is none. */
    private Node child(Node node, int[] text, int prompt) {
        int promptLeft = prompt - node.end();
        int enough = promptLeft > 0 ? Math.min(FEWEST_SHARED, promptLeft) : FEWEST_SHARED;
        Node best = node.children.stream()
                .max(Comparator.comparingInt(child -> child.common(text)))
                .orElse(null);
        int common = best == null ? 0 : best.common(text);
        if (best != null && common > 0 && (common == best.tokens.length || node.end() + common == text.length)) {
            return best;
        }
        if (best != null && common >= enough) {
            return split(node, best, common);
        }
        Node leaf = new Node(node.end(), Arrays.copyOfRange(text, node.end(), text.length));
        node.children.add(leaf);
        return leaf;
    }

    /** Cuts a child in two and returns the first part, which is the node's child in its place. */
    private Node split(Node node, Node child, int length) {
        Node head = new Node(child.depth, Arrays.copyOf(child.tokens, length));
        Node tail = new Node(head.end(), Arrays.copyOfRange(child.tokens, length, child.tokens.length));
        head.texts.addAll(child.texts);
        child.texts.stream().filter(text -> texts.get(text).length > head.end()).forEach(tail.texts::add);
        tail.children.addAll(child.children);
        head.children.add(tail);
        node.children.set(node.children.indexOf(child), head);
        return head;
    }

    /** The texts' rows: what goes on with a text comes right behind it where it can. */
    public Rows rows() {
        List<int[]> rows = texts.stream().map(text -> new int[text.length]).toList();
        TokenTree.Builder tree = new TokenTree.Builder();
        root.children.forEach(child -> add(child, -1, tree, rows));
        return new Rows(tree.build(), rows);
    }

    private static void add(Node node, int parent, TokenTree.Builder tree, List<int[]> rows) {
        int first = tree.size();
        int segment = tree.add(parent, node.tokens);
        for (int text : node.texts) {
            int[] rowsOfText = rows.get(text);
            for (int i = node.depth; i < Math.min(node.end(), rowsOfText.length); i++) {
                rowsOfText[i] = first + i - node.depth;
            }
        }
        node.children.forEach(child -> add(child, segment, tree, rows));
    }
}

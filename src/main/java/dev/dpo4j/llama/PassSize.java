package dev.dpo4j.llama;

/**
 * What decides how much memory {@link Activations} take, besides the model.
 *
 * @param rows of the largest tree
 * @param scored tokens of the largest tree
 * @param context rows of the longest text
 */
public record PassSize(int rows, int scored, int context) {

    /**
     * Bytes of the activations of a pass of this size, before they are there.
     *
     * @param rank of the adapter, 0 without
     * @param threads of the compute that will use them
     */
    public long bytes(LlamaConfig config, int rank, int threads, Activations.Keep keep) {
        return bytes(config, rank, threads, keep, 0);
    }

    /**
     * The same with some layers kept whole.
     *
     * @param wholeLayers how many, of {@link Activations.Keep#RESIDUAL_STREAM}
     */
    public long bytes(LlamaConfig config, int rank, int threads, Activations.Keep keep, int wholeLayers) {
        long c = config.hiddenSize();
        long kept = keep == Activations.Keep.ALL ? OutputLayer.keptRows(config, OutputLayer.KEPT_BYTES) : 0;
        long head = scored * (2 * c + 1)
                + Math.min(scored, kept + OutputLayer.CHUNK) * (long) config.vocabSize()
                + (keep.backward() ? scored * c : 0);
        long rope = (long) Math.min(context, rows) * config.headSize();
        // What floatsPerRow counts is: the layers, the stream, a norm's output, the MLP's hidden values and the
        // gradients of all that.
        long adapters = (keep.backward() ? 2L : 1L) * rank;
        long slices = keep.backward() ? Attention.slices(config, threads) - 1L : 0;
        long perRow = floatsPerRow(config, keep) + adapters + slices * 2 * config.keyWidth();
        perRow += Math.min(wholeLayers, config.layers() - 1) * floatsPerRowOfLayer(config);
        return Float.BYTES
                * (rows * perRow + head + rope + threads * AttentionScratch.floats(config, context, keep.backward()));
    }

    /** Floats of memory that a row takes, apart from what does not grow with rows. */
    public static long floatsPerRow(LlamaConfig config, Activations.Keep keep) {
        long c = config.hiddenSize();
        long qkv = config.queryWidth() + 2L * config.keyWidth();
        long layer = floatsPerRowOfLayer(config);
        long scratch = 2 * c + config.intermediateSize();
        long backward = 2 * c + 3L * config.intermediateSize() + qkv + config.queryWidth() + config.heads();
        return switch (keep) {
            case NOTHING -> layer + scratch;
            case KEYS -> layer + scratch + (config.layers() - 1) * qkv;
            case RESIDUAL_STREAM -> layer + config.layers() * c + scratch + backward;
            case ALL -> config.layers() * (layer + c) + scratch + backward;
        };
    }

    /** Of what a layer computes, without what enters it. */
    private static long floatsPerRowOfLayer(LlamaConfig config) {
        return 2
                + config.queryWidth()
                + 2L * config.keyWidth()
                + config.queryWidth()
                + config.heads()
                + config.hiddenSize()
                + 2L * config.intermediateSize();
    }
}

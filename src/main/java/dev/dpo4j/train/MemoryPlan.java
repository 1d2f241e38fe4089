package dev.dpo4j.train;

import dev.dpo4j.llama.Activations;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LoraConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a run takes at its height, in bytes, and the packing chosen for it. Follows from the model's shape, the data, the hyperparameters
 * and the settings alone, so a run that is resumed has the same.
 *
 * @param packing how preferences are put through the model
 * @param base a LoRA's frozen weights, which lie in the cache of models and within its budget; 0 for a full fine-tune
 * @param weights that are trained
 * @param gradients of the loss
 * @param moments AdamW's two
 * @param reference the weights of a reference that follows the policy; 0: it stays, and what it says is all that is kept of it
 * @param activations of the largest pass, and the scratch memory beside them
 * @param limit what all of them but the base may take together
 */
public record MemoryPlan(
        Packing packing,
        long base,
        long weights,
        long gradients,
        long moments,
        long reference,
        long activations,
        long limit) {

    /**
     * The fastest packing that fits: as many rows a pass as the pass's own limit allows, fewer when the whole would not fit, down to one
     * preference a pass; then with its activations computed again, but of as many layers as there is room for beside a checkpoint's copy.
     *
     * @param lora null: all weights are trained
     * @param movingReference whether the reference has weights of its own
     * @param threads of the compute that will run it
     * @param passLimit bytes that one pass should take; a preference that is larger alone may take more
     * @param limit bytes that the run may take, a LoRA's base aside
     * @return a plan that {@link #fits} unless not even the smallest does
     */
    public static MemoryPlan of(
            LlamaConfig config,
            @Nullable LoraConfig lora,
            boolean movingReference,
            TokenizedData data,
            int batchSize,
            int threads,
            long passLimit,
            long limit) {
        long model = config.parameters() * Float.BYTES;
        long trained = lora == null ? model : lora.parameters(config) * Float.BYTES;
        int rank = lora == null ? 0 : lora.largestRank(config);
        long scratch = lora == null ? 0 : lora.scratchBytes(config, threads);
        Passes passes = new Passes(config, rank, scratch, data, batchSize, threads);
        long reference = movingReference ? model : 0;
        long room = limit - 4 * trained - reference;
        Packing packing = passes.packing(Activations.Keep.ALL, Math.min(passLimit, room));
        if (passes.bytes(packing) > room) {
            packing = passes.withWholeLayers(
                    passes.packing(Activations.Keep.RESIDUAL_STREAM, Math.min(passLimit, room)),
                    room - 3 * trained - reference);
        }
        return new MemoryPlan(
                packing,
                lora == null ? 0 : model,
                trained,
                trained,
                2 * trained,
                reference,
                passes.bytes(packing),
                limit);
    }

    /** Bytes of all but the base. */
    public long total() {
        return weights + gradients + moments + reference + activations;
    }

    /** Bytes of a copy of what a checkpoint holds, with which a run need not wait for one that is slow to write; 0 when there is no room for it. */
    public long snapshot() {
        long bytes = weights + moments + reference;
        return total() + bytes <= limit ? bytes : 0;
    }

    /** Whether the run may begin. */
    public boolean fits() {
        return total() <= limit;
    }

    /** Whether the backward pass computes activations again for want of memory. */
    public boolean recomputes() {
        return packing.keep() == Activations.Keep.RESIDUAL_STREAM;
    }

    /** Of what share of the layers; what the last of those that share memory computed is still there. */
    public double recomputedShare(LlamaConfig config) {
        return recomputes() ? (config.layers() - 1.0 - packing.wholeLayers()) / config.layers() : 0;
    }

    /** The figures in a sentence. */
    public String describe() {
        return "weights %d MB, gradients %d MB, moments %d MB, %sactivations %d MB: %d MB of %d MB%s; up to %d rows a pass%s%s"
                .formatted(
                        weights >> 20,
                        gradients >> 20,
                        moments >> 20,
                        reference == 0 ? "" : "reference " + (reference >> 20) + " MB, ",
                        activations >> 20,
                        total() >> 20,
                        limit >> 20,
                        base == 0 ? "" : ", beside the base's " + (base >> 20) + " MB",
                        packing.rows(),
                        recomputes() ? again() : "",
                        snapshot() == 0 ? "" : "; room for a checkpoint's copy of " + (snapshot() >> 20) + " MB");
    }

    private String again() {
        return packing.wholeLayers() == 0
                ? ", activations computed again"
                : ", activations computed again but for the last %d layers'".formatted(packing.wholeLayers());
    }

    /** The passes of one run, by how they are packed. */
    private record Passes(LlamaConfig config, int rank, long scratch, TokenizedData data, int batchSize, int threads) {

        long bytes(Packing packing) {
            return scratch
                    + packing.largestPass(data, batchSize)
                            .bytes(config, rank, threads, packing.keep(), packing.wholeLayers());
        }

        /** The same with as many layers kept whole as so many bytes allow. */
        Packing withWholeLayers(Packing packing, long bytes) {
            Packing most = packing;
            for (int layers = 1; layers < config.layers(); layers++) {
                Packing more = new Packing(packing.rows(), packing.keep(), layers);
                if (bytes(more) > bytes) {
                    return most;
                }
                most = more;
            }
            return most;
        }

        /** The most rows with which a pass takes no more than so many bytes; one preference a pass when it is more even then. */
        Packing packing(Activations.Keep keep, long bytes) {
            int fits = 1;
            int tooMany = Packing.MOST_ROWS + 1;
            while (tooMany - fits > 1) {
                int rows = (fits + tooMany) / 2;
                if (bytes(new Packing(rows, keep)) <= bytes) {
                    fits = rows;
                } else {
                    tooMany = rows;
                }
            }
            return new Packing(fits, keep);
        }
    }
}

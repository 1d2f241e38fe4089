package dev.dpo4j.train;

/**
 * A reference that follows the policy (TR-DPO; Gorbatovski et al., arXiv 2404.09656, "soft update"): after every so many optimizer steps
 * {@code ref ← (1 - α) ref + α policy}. Names and defaults are TRL's, {@code ref_model_mixup_alpha} and {@code ref_model_sync_steps}.
 *
 * @param mixupAlpha α, over 0, at most 1: then the reference becomes the policy ("hard update")
 * @param steps optimizer steps between two updates, at least 1
 */
public record ReferenceSync(double mixupAlpha, int steps) {

    /** TRL's defaults. */
    public static final ReferenceSync DEFAULT = new ReferenceSync(0.6, 512);

    /** Whether the reference moves after a step, counted from 1. */
    boolean after(int step) {
        return step % steps == 0;
    }
}

package dev.dpo4j.job;

import org.jspecify.annotations.Nullable;

/**
 * What a run reads that its job does not pin, by hashes. It is to be the same whenever the job goes on; otherwise its figures, and its
 * model, would be those of no training at all. Kept with each checkpoint.
 *
 * @param data {@link dev.dpo4j.train.DataIdentity}; null: of a checkpoint from before it was kept
 * @param base {@link dev.dpo4j.catalog.ModelLease#baseIdentity()} of the weights below an adapter; null: there is no adapter, and all
 *     weights are in the checkpoint; or as above
 * @param config {@link dev.dpo4j.catalog.ModelLease#configIdentity()}; null: as above
 */
public record Inputs(
        @Nullable String data,
        @Nullable String base,
        @Nullable String config) {

    /**
     * Compares them with those of the checkpoint that a run is to go on from, as far as it has them.
     *
     * @throws TrainingFailedException saying what has changed, and what to do
     */
    void requireSameAs(Inputs saved, JobSpec spec) {
        if (differ(base, saved.base)) {
            throw new TrainingFailedException(
                    "model_changed",
                    "The weights of the model \"%s\" are not those that the job has trained its adapter on. Put these back, or cancel the job and create it anew."
                            .formatted(spec.base()),
                    "model");
        }
        saved.requireConfig(config, spec);
        if (differ(data, saved.data)) {
            throw new TrainingFailedException(
                    "data_changed",
                    "The data's token ids are not those that the job has trained on: the tokenizer, the chat template or the configuration of the model \"%s\" has changed. Put the old files back, or cancel the job and create it anew."
                            .formatted(spec.model()),
                    "model");
        }
    }

    /**
     * Compares a configuration with the one of a checkpoint that these are of, as far as it has it.
     *
     * @throws TrainingFailedException saying what has changed, and what to do
     */
    void requireConfig(@Nullable String now, JobSpec spec) {
        if (differ(now, config)) {
            throw new TrainingFailedException(
                    "model_changed",
                    "The configuration of the model \"%s\" (its shape, rms_norm_eps, rope_theta, rope_scaling) is not the one that the job has trained with. Put the old config.json back, or cancel the job and create it anew."
                            .formatted(spec.base()),
                    "model");
        }
    }

    private static boolean differ(@Nullable String now, @Nullable String then) {
        return now != null && then != null && !now.equals(then);
    }
}

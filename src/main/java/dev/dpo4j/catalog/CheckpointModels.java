package dev.dpo4j.catalog;

import java.util.Optional;

/** The checkpoints of jobs as models, which a job removes when it keeps newer ones: they are found by their id, and listed nowhere. */
public interface CheckpointModels {

    /** The one of that id, if there is one, or there still is. */
    Optional<TunedModel> find(String id);
}

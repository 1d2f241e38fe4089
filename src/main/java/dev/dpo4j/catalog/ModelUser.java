package dev.dpo4j.catalog;

import java.util.Set;

/** Something that needs models for longer than one call, such as a job. */
public interface ModelUser {

    /** Whether this model must stay for now. */
    boolean uses(String modelId);

    /**
     * Forgets, in the caller's transaction, what is kept for the sake of a model that is deleted.
     *
     * @return the blobs that this was
     */
    Set<String> forget(TunedModel model);
}

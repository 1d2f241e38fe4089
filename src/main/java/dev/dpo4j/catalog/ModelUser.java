package dev.dpo4j.catalog;

/** Something that needs models for longer than one call, such as a job. */
public interface ModelUser {

    /** Whether this model must stay for now. */
    boolean uses(String modelId);
}

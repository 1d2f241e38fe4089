package dev.dpo4j.job;

/** Where tuned models go. */
public interface TunedModels {

    /** Makes a tuned model part of the catalog, in the caller's transaction; one of the same id is replaced. */
    void register(TunedModel model);
}

package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;

/** The model that a job begins with. */
final class JobModel {

    private JobModel() {}

    /** The model as the job sees it: an adapter that is trained further beside its base, any other one merged into it. */
    static ModelLease lease(ModelCatalog catalog, JobSpec spec) {
        boolean furtherAdapter = spec.hyperparameters().adapterBase() != null;
        return furtherAdapter ? catalog.lease(spec.model()) : catalog.leaseMerged(spec.model());
    }
}

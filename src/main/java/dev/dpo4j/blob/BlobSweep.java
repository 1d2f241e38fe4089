package dev.dpo4j.blob;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/**
 * Removes, before the service starts, what a crash left behind: blobs never finished and blobs no owner claims. Only on the
 * embedded database, where nobody else can be about to finish or claim one.
 */
@Component
class BlobSweep implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(BlobSweep.class);

    private final BlobRows blobs;
    private final BlobStore store;
    private final Database database;
    private final ObjectProvider<BlobOwner> owners;

    BlobSweep(BlobRows blobs, BlobStore store, Database database, ObjectProvider<BlobOwner> owners) {
        this.blobs = blobs;
        this.store = store;
        this.database = database;
        this.owners = owners;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (database.embedded()) {
            sweep(owners.stream().toList());
        }
    }

    void sweep(List<BlobOwner> owners) {
        Set<String> dead = new HashSet<>(blobs.allIds());
        owners.forEach(owner -> dead.removeAll(owner.blobIds()));
        dead.addAll(blobs.incompleteIds());
        dead.forEach(store::delete);
        if (!dead.isEmpty()) {
            log.info("Removed {} unfinished or unclaimed blobs", dead.size());
        }
    }
}

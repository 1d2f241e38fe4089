package dev.dpo4j.blob;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Removes what crashes left behind: blobs never finished and blobs no owner claims. On the embedded database all of them before the
 * service starts, since nobody else can be about to finish or claim one; and everywhere, from time to time, those so old that nobody
 * can be at work on them any more.
 */
@Component
class BlobSweep implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(BlobSweep.class);

    /** Far longer than the largest upload or checkpoint takes, and than the nodes' clocks differ. */
    static final Duration ABANDONED = Duration.ofHours(24);

    private final BlobRows blobs;
    private final BlobStore store;
    private final FileStorage files;
    private final Database database;
    private final ObjectProvider<BlobOwner> owners;
    private final Clock clock;

    BlobSweep(
            BlobRows blobs,
            BlobStore store,
            FileStorage files,
            Database database,
            ObjectProvider<BlobOwner> owners,
            Clock clock) {
        this.blobs = blobs;
        this.store = store;
        this.files = files;
        this.database = database;
        this.owners = owners;
        this.clock = clock;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (database.embedded()) {
            sweep(owners.stream().toList(), Instant.MAX);
            files.tidy();
        }
    }

    @Scheduled(initialDelayString = "PT1H", fixedDelayString = "PT6H")
    void sweepAbandoned() {
        sweep(owners.stream().toList(), clock.instant().minus(ABANDONED));
    }

    /** Removes what nobody finished or claims of the blobs begun before that time. */
    void sweep(List<BlobOwner> owners, Instant begunBefore) {
        List<BlobRows.Begun> old = blobs.begun().stream()
                .filter(blob -> blob.createdAt().isBefore(begunBefore))
                .toList();
        Set<String> dead = new HashSet<>();
        old.forEach(blob -> dead.add(blob.id()));
        // Twice: while the first round looks at one owner after the other, a blob may pass from one that has not
        // been asked yet to one that has.
        dead.removeAll(claimed(owners));
        dead.removeAll(claimed(owners));
        old.stream().filter(blob -> !blob.complete()).forEach(blob -> dead.add(blob.id()));
        dead.forEach(store::delete);
        if (!dead.isEmpty()) {
            log.info("Removed {} unfinished or unclaimed blobs", dead.size());
        }
    }

    private static Set<String> claimed(List<BlobOwner> owners) {
        Set<String> claimed = new HashSet<>();
        owners.forEach(owner -> claimed.addAll(owner.blobIds()));
        return claimed;
    }
}

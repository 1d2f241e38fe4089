package dev.dpo4j.job;

import static dev.dpo4j.job.JobFixtures.newJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.Database;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionSystemException;

/** What is left of a checkpoint whose commit ends with an error. */
@JobTest
class CheckpointStoreTest {

    @Autowired
    private JobService service;

    @Autowired
    private FencedJobs fenced;

    @Autowired
    private CheckpointRows rows;

    @Autowired
    private JobRows jobRows;

    @Autowired
    private JobEvents events;

    @Autowired
    private BlobStore blobs;

    @Autowired
    private Database database;

    @Autowired
    private JobMetrics metrics;

    @Autowired
    private DatabasePatience patience;

    @Autowired
    private PlatformTransactionManager transactions;

    @Autowired
    private Clock clock;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void aCheckpointThatWasCommittedKeepsItsBlobsWhateverTheCommitAnswered() {
        Fence fence = claimed();
        CheckpointStore store = storeOver(new Failing(true, true));

        assertThatThrownBy(() -> store.write(fence, FakeSnapshots.ofStep(1), "fake", FakeSnapshots.INPUTS, Map.of(), 2))
                .isInstanceOf(TransactionSystemException.class);

        assertThat(store.newest(fence)).hasValueSatisfying(saved -> {
            assertThat(saved.progress().step()).isEqualTo(1);
            assertThat(saved.inputs()).isEqualTo(FakeSnapshots.INPUTS);
        });
    }

    @Test
    void aCheckpointThatWasNotCommittedLeavesNoBlobs() {
        Fence fence = claimed();
        long before = blobCount();

        assertThatThrownBy(() -> storeOver(new Failing(false, true))
                        .write(fence, FakeSnapshots.ofStep(1), "fake", FakeSnapshots.INPUTS, Map.of(), 2))
                .isInstanceOf(TransactionSystemException.class);

        assertThat(blobCount()).isEqualTo(before);
    }

    @Test
    void whatCannotBeSeenIsLeftToTheSweep() {
        Fence fence = claimed();
        long before = blobCount();

        assertThatThrownBy(() -> storeOver(new Failing(true, false))
                        .write(fence, FakeSnapshots.ofStep(1), "fake", FakeSnapshots.INPUTS, Map.of(), 2))
                .hasMessage("the connection broke");

        assertThat(blobCount()).isEqualTo(before + 2);
    }

    /** As when the answer to the first commit is lost and the database asked again. */
    @Test
    void aCommitThatIsRepeatedLeavesTheCheckpointWhole() {
        Fence fence = claimed();
        CheckpointStore store = storeOver(new FencedJobs(jobRows, patience, transactions) {
            @Override
            void write(Fence of, Consumer<JobRow> change) {
                super.write(of, change);
                super.write(of, change);
            }
        });

        store.write(fence, FakeSnapshots.ofStep(1), "fake", FakeSnapshots.INPUTS, Map.of(), 2);

        assertThat(store.newest(fence))
                .hasValueSatisfying(saved -> assertThat(saved.progress().step()).isEqualTo(1));
    }

    private Fence claimed() {
        String id = service.create(newJob(5, null)).id();
        return fenced.claim(new TrainingTicket(id, 1), "this node")
                .orElseThrow()
                .fence();
    }

    private CheckpointStore storeOver(FencedJobs jobs) {
        return new CheckpointStore(rows, jobs, events, blobs, database, patience, metrics, clock);
    }

    private long blobCount() {
        return jdbc.sql("select count(*) from blob_manifest").query(Long.class).single();
    }

    /** The connection breaks at the commit, before or after the database has heard of it. */
    private final class Failing extends FencedJobs {

        private final boolean committed;
        private final boolean thenBack;

        Failing(boolean committed, boolean thenBack) {
            super(jobRows, patience, transactions);
            this.committed = committed;
            this.thenBack = thenBack;
        }

        @Override
        void write(Fence fence, Consumer<JobRow> change) {
            if (committed) {
                fenced.write(fence, change);
            }
            throw new TransactionSystemException("the connection broke");
        }

        @Override
        <T> T settled(String jobId, Supplier<T> look) {
            if (!thenBack) {
                throw new TransactionSystemException("the database is away");
            }
            return fenced.settled(jobId, look);
        }
    }
}

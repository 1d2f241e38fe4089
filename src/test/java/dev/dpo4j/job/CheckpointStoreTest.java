package dev.dpo4j.job;

import static dev.dpo4j.job.JobFixtures.newJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.BlobDamage;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.Database;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionSystemException;

/** What is left of checkpoints whose commit ends with an error, or whose bytes are damaged. */
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

    @Autowired
    private Environment environment;

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

    @Test
    void whatIsLostBesideAWholeCheckpointIsGivenUp() {
        Fence fence = claimedWithTwoCheckpoints();
        damage().lose(weightsOf(fence, 2));

        assertThat(stored().newest(fence))
                .hasValueSatisfying(saved -> assertThat(saved.progress().step()).isEqualTo(1));
        assertThat(steps(fence)).containsExactly(1);
    }

    /** A part that the database has lost does not come back. */
    @Test
    void wherePartsAreMissingTheJobBeginsAgain() {
        Fence fence = claimedWithTwoCheckpoints();
        damage().lose(weightsOf(fence, 2));
        damage().lose(weightsOf(fence, 1));

        assertThat(stored().newest(fence)).isEmpty();
        assertThat(steps(fence)).isEmpty();
    }

    private Fence claimedWithTwoCheckpoints() {
        Fence fence = claimed();
        for (int step = 1; step <= 2; step++) {
            stored().write(fence, FakeSnapshots.ofStep(step), "fake", FakeSnapshots.INPUTS, Map.of(), 2);
        }
        return fence;
    }

    private CheckpointStore stored() {
        return storeOver(fenced);
    }

    private List<Integer> steps(Fence fence) {
        return rows.newestFirst(fence.jobId()).stream().map(CheckpointRow::step).toList();
    }

    private String weightsOf(Fence fence, int step) {
        return rows.findByJobIdAndStep(fence.jobId(), step)
                .orElseThrow()
                .weights()
                .blob();
    }

    private BlobDamage damage() {
        return BlobDamage.of(jdbc, environment);
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

package dev.dpo4j.job;

import dev.dpo4j.blob.Blob;
import dev.dpo4j.blob.BlobCorruptException;
import dev.dpo4j.blob.BlobFileMissingException;
import dev.dpo4j.blob.BlobOwner;
import dev.dpo4j.blob.BlobStore;
import dev.dpo4j.blob.BlobWriter;
import dev.dpo4j.blob.Database;
import dev.dpo4j.blob.UnknownBlobException;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsWriter;
import dev.dpo4j.safetensors.TensorReader;
import dev.dpo4j.train.BestEvaluation;
import dev.dpo4j.train.TrainingSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Checkpoints: two blobs, then the manifest that makes them one, under the run's fence. Older ones go only after that. A crash
 * at any point leaves the checkpoint before it, and at worst blobs nobody claims, which a sweep removes.
 */
@Component
class CheckpointStore implements BlobOwner {

    private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);

    private final CheckpointRows checkpoints;
    private final FencedJobs jobs;
    private final JobEvents events;
    private final BlobStore blobs;
    private final Database database;
    private final DatabasePatience patience;
    private final JobMetrics metrics;
    private final Clock clock;

    CheckpointStore(
            CheckpointRows checkpoints,
            FencedJobs jobs,
            JobEvents events,
            BlobStore blobs,
            Database database,
            DatabasePatience patience,
            JobMetrics metrics,
            Clock clock) {
        this.checkpoints = checkpoints;
        this.jobs = jobs;
        this.events = events;
        this.blobs = blobs;
        this.database = database;
        this.patience = patience;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Writes a checkpoint; when this returns it is durable.
     *
     * @param keep how many of the job's checkpoints to keep, this one and the best one included
     * @return its size in bytes
     * @throws FenceLostException when the job is no longer the run's; nothing is left behind
     * @throws dev.dpo4j.blob.StorageFullException when the disk is full; the checkpoints before it are untouched
     */
    long write(
            Fence fence,
            TrainingSnapshot snapshot,
            String fingerprint,
            Inputs inputs,
            Map<String, Object> metrics,
            int keep) {
        return patience.outlast(() -> writeOnce(fence, snapshot, fingerprint, inputs, metrics, keep));
    }

    private long writeOnce(
            Fence fence,
            TrainingSnapshot snapshot,
            String fingerprint,
            Inputs inputs,
            Map<String, Object> metrics,
            int keep) {
        long bytes;
        List<String> written = new ArrayList<>();
        List<String> obsolete = new ArrayList<>();
        boolean committed = false;
        try {
            StoredFile weights =
                    store(fence, snapshot.weights(), snapshot.weightsMetadata(), snapshot.reader(), written);
            StoredFile optimizer = store(fence, snapshot.optimizer(), Map.of(), snapshot.reader(), written);
            CheckpointRow manifest = new CheckpointRow(
                    fence.jobId(),
                    snapshot.progress(),
                    fingerprint,
                    inputs,
                    metrics,
                    weights,
                    optimizer,
                    clock.instant());
            jobs.write(fence, job -> obsolete.addAll(commit(job, manifest)));
            committed = true;
            bytes = weights.length() + optimizer.length();
        } finally {
            if (!committed) {
                deleteUnlessClaimed(fence.jobId(), written);
            }
        }
        database.sync();
        obsolete.forEach(blobs::delete);
        prune(fence, keep, snapshot.progress().evaluations().best());
        return bytes;
    }

    /**
     * The newest checkpoint of a job whose bytes are what was written. Those that are not are named in events and removed, as soon as it is
     * certain that the job goes on without them.
     *
     * @return empty when there is none: the job starts from the beginning
     * @throws BlobFileMissingException when there would be none, but for files that may come back
     */
    Optional<SavedState> newest(Fence fence) {
        List<DamagedCheckpoint> damaged = new ArrayList<>();
        for (CheckpointRow checkpoint : checkpoints.newestFirst(fence.jobId())) {
            Optional<RuntimeException> damage = damage(checkpoint);
            if (damage.isEmpty()) {
                damaged.forEach(one -> discard(fence, one, "falling back to the one before"));
                return Optional.of(saved(checkpoint));
            }
            damaged.add(new DamagedCheckpoint(checkpoint, damage.get()));
        }
        for (DamagedCheckpoint one : damaged) {
            if (one.damage() instanceof BlobFileMissingException missing) {
                throw missing;
            }
        }
        int left = damaged.size();
        for (DamagedCheckpoint one : damaged) {
            left--;
            discard(
                    fence,
                    one,
                    left == 0
                            ? "no other is left, so the job starts from the beginning"
                            : "falling back to the one before");
        }
        return Optional.empty();
    }

    private SavedState saved(CheckpointRow checkpoint) {
        return new SavedState(
                checkpoint.progress(),
                checkpoint.fingerprint(),
                checkpoint.inputs(),
                tensors("weights", checkpoint, checkpoint.weights()),
                tensors("optimizer", checkpoint, checkpoint.optimizer()));
    }

    /** The manifest of the newest checkpoint, unverified. */
    Optional<CheckpointRow> newestManifest(String jobId) {
        return checkpoints.newestFirst(jobId).stream().findFirst();
    }

    /** The manifest of the checkpoint of a step, unverified. */
    Optional<CheckpointRow> manifest(String jobId, int step) {
        return checkpoints.findByJobIdAndStep(jobId, step);
    }

    /**
     * Frees what only a job that goes on needs, once it has ended for good: the optimizer's state. The weights stay; they are what
     * its checkpoints are as models. Does nothing when there is nothing to free.
     */
    void freeIfEnded(String jobId) {
        checkpoints.optimizerBlobsIf(jobId, JobStatus.ENDED).forEach(blobs::delete);
    }

    @Override
    public Set<String> blobIds() {
        Set<String> needed = new HashSet<>(checkpoints.optimizerBlobsOfJobsNot(JobStatus.ENDED));
        needed.addAll(checkpoints.weightsBlobs());
        return needed;
    }

    private StoredFile store(
            Fence fence,
            List<NamedTensor> tensors,
            Map<String, String> metadata,
            TensorReader reader,
            List<String> written) {
        try (BlobWriter writer = blobs.open()) {
            SafetensorsWriter.write(new FencedStream(writer, fence, jobs), tensors, metadata, reader);
            Blob blob = writer.finish();
            written.add(blob.id());
            return StoredFile.of(blob);
        } catch (IOException e) {
            throw new UncheckedIOException("A checkpoint's blob could not be written", e);
        }
    }

    /** Returns the blobs that the manifest makes obsolete: a run that fell back reaches a step twice. */
    private List<String> commit(JobRow job, CheckpointRow manifest) {
        Optional<CheckpointRow> there = checkpoints.findByJobIdAndStep(job.getId(), manifest.step());
        if (there.map(CheckpointRow::getId).filter(manifest.getId()::equals).isPresent()) {
            return List.of(); // a try before this one, whose answer was lost
        }
        List<String> replaced = there.stream()
                .peek(old -> checkpoints.remove(List.of(old.getId())))
                .flatMap(old -> old.blobIds().stream())
                .toList();
        checkpoints.save(manifest);
        events.append(
                job,
                NewEvent.info("Checkpoint written after step " + manifest.step())
                        .once("checkpoint:" + manifest.step()));
        return replaced;
    }

    /** After a failure: the database may have committed the manifest all the same, and a manifest without its blobs is no checkpoint. */
    private void deleteUnlessClaimed(String jobId, List<String> written) {
        try {
            Set<String> claimed = jobs.settled(
                    jobId,
                    () -> checkpoints.newestFirst(jobId).stream()
                            .flatMap(checkpoint -> checkpoint.blobIds().stream())
                            .collect(Collectors.toSet()));
            written.stream().filter(blob -> !claimed.contains(blob)).forEach(blobs::delete);
        } catch (RuntimeException e) {
            log.warn("Job {}: whether a checkpoint was written cannot be seen now; a sweep will tell", jobId, e);
        }
    }

    private void prune(Fence fence, int keep, @Nullable BestEvaluation best) {
        List<CheckpointRow> newestFirst = checkpoints.newestFirst(fence.jobId());
        Set<Integer> kept = KeptCheckpoints.of(
                newestFirst.stream().map(CheckpointRow::step).toList(), keep, best == null ? null : best.step());
        List<CheckpointRow> old = newestFirst.stream()
                .filter(checkpoint -> !kept.contains(checkpoint.step()))
                .toList();
        if (!old.isEmpty()) {
            remove(fence, old);
        }
    }

    private void remove(Fence fence, List<CheckpointRow> old) {
        jobs.write(
                fence,
                job -> checkpoints.remove(old.stream().map(CheckpointRow::getId).toList()));
        old.stream().flatMap(checkpoint -> checkpoint.blobIds().stream()).forEach(blobs::delete);
    }

    private void discard(Fence fence, DamagedCheckpoint damaged, String consequence) {
        CheckpointRow checkpoint = damaged.checkpoint();
        String warning = "The checkpoint of step %d is damaged (%s); %s"
                .formatted(checkpoint.step(), damaged.damage().getMessage(), consequence);
        metrics.checkpointDamaged();
        jobs.write(fence, job -> events.append(job, NewEvent.warn(warning).once("damaged:" + checkpoint.getId())));
        remove(fence, List.of(checkpoint));
    }

    private record DamagedCheckpoint(CheckpointRow checkpoint, RuntimeException damage) {}

    private Optional<RuntimeException> damage(CheckpointRow checkpoint) {
        for (String blob : checkpoint.blobIds()) {
            try (InputStream bytes = blobs.read(blob)) {
                bytes.transferTo(OutputStream.nullOutputStream());
            } catch (BlobCorruptException | UnknownBlobException e) {
                return Optional.of(e);
            } catch (IOException e) {
                throw new UncheckedIOException("The checkpoint of step " + checkpoint.step() + " cannot be read", e);
            }
        }
        return Optional.empty();
    }

    private SavedState.Tensors tensors(String what, CheckpointRow checkpoint, StoredFile file) {
        return new SavedState.Tensors(
                what + " of checkpoint " + checkpoint.getId(), file.length(), () -> blobs.read(file.blob()));
    }
}

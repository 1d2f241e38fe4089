package dev.dpo4j.blob;

import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Large binary values in the database. A blob is written part by part, each in a short transaction of its own whatever the
 * caller's transaction does, and exists for readers only once it is finished. No more than one part is ever held in memory.
 */
@Component
public class BlobStore {

    /** Largest part, in bytes. */
    static final int PART_SIZE = 4 << 20;

    private final BlobRows blobs;
    private final BlobPartRows parts;
    private final Database database;
    private final Clock clock;
    private final TransactionTemplate ownTransaction;

    BlobStore(
            BlobRows blobs,
            BlobPartRows parts,
            Database database,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.blobs = blobs;
        this.parts = parts;
        this.database = database;
        this.clock = clock;
        this.ownTransaction = new TransactionTemplate(transactions);
        this.ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** Starts a new blob. Closing the writer without finishing it removes what was written. */
    public BlobWriter open() {
        String id = UUID.randomUUID().toString();
        database.requireRoomFor(PART_SIZE);
        write(() -> blobs.save(new BlobRow(id, clock.instant())));
        return new BlobWriter(this, id);
    }

    /** The finished blob of this id, if there is one. */
    public Optional<Blob> find(String id) {
        return blobs.findByIdAndCompleteTrue(id).map(BlobRow::toBlob);
    }

    /**
     * Reads a blob from its beginning, verifying the SHA-256 of every part before handing out its bytes.
     *
     * @throws UnknownBlobException when no finished blob has this id
     * @throws BlobCorruptException (while reading) when a part is missing or changed
     */
    public InputStream read(String id) {
        Blob blob = find(id).orElseThrow(() -> new UnknownBlobException(id));
        return new BlobInputStream(blob, sequence -> part(id, sequence));
    }

    /** Removes a blob, finished or not; no blob of this id is no error. A crash half-way leaves an incomplete blob to the sweep. */
    public void delete(String id) {
        write(() -> blobs.forget(id));
        // One transaction a part: the embedded database keeps what a transaction deletes in memory.
        Optional<Integer> last = parts.lastSequence(id);
        for (int sequence = 0; last.isPresent() && sequence <= last.get(); sequence++) {
            int part = sequence;
            write(() -> parts.remove(id, part));
        }
        write(() -> blobs.remove(id));
    }

    void writePart(String id, int sequence, byte[] bytes) {
        database.requireRoomFor(bytes.length);
        write(() -> parts.save(new BlobPartRow(id, sequence, Sha256.of(bytes), bytes)));
    }

    void complete(Blob blob) {
        write(() -> blobs.complete(blob.id(), blob.length(), blob.sha256()));
    }

    private byte[] part(String id, int sequence) {
        BlobPartRow.Content part =
                parts.content(id, sequence).orElseThrow(() -> new BlobCorruptException(id, sequence, "is missing"));
        if (!Sha256.of(part.bytes()).equals(part.sha256())) {
            throw new BlobCorruptException(id, sequence, "does not have the SHA-256 it was written with");
        }
        return part.bytes();
    }

    private void write(Write write) {
        try {
            ownTransaction.executeWithoutResult(status -> write.run());
        } catch (RuntimeException e) {
            throw StorageFullException.behind(e)
                    .<RuntimeException>map(full -> full)
                    .orElse(e);
        }
    }

    /** One statement; what it returns does not matter. */
    private interface Write {
        @Nullable
        Object run();
    }
}

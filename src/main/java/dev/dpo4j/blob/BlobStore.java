package dev.dpo4j.blob;

import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.stereotype.Component;

/**
 * Large binary values. A blob is written in short transactions of its own, whatever the caller's transaction does, and exists for
 * readers only once it is finished. Its bytes go to one of two {@linkplain BlobPlace places}; which, is seen by nobody.
 */
@Component
public class BlobStore {

    /** Largest part, in bytes. */
    static final int PART_SIZE = 4 << 20;

    private final BlobRows blobs;
    private final RowStorage rows;
    private final FileStorage files;
    private final BlobStorage ofNewOnes;
    private final BlobTransactions transactions;
    private final Database database;
    private final Clock clock;

    BlobStore(
            BlobRows blobs,
            RowStorage rows,
            FileStorage files,
            StorageProperties storage,
            BlobTransactions transactions,
            Database database,
            Clock clock) {
        this.blobs = blobs;
        this.rows = rows;
        this.files = files;
        this.ofNewOnes = place(storage, database) == BlobPlace.FILES ? files : rows;
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    private static BlobPlace place(StorageProperties storage, Database database) {
        if (storage.blobs() == BlobPlace.FILES && !database.embedded()) {
            throw new InvalidConfigurationPropertyValueException(
                    "dpo4j.storage.blobs",
                    "files",
                    "The files would be on this node alone, and the database can be used by others, who would miss them. Leave the setting away, or set it to \"database\".");
        }
        if (storage.blobs() != null) {
            return storage.blobs();
        }
        return database.inFile() ? BlobPlace.FILES : BlobPlace.DATABASE;
    }

    /** Starts a new blob. Closing the writer without finishing it removes what was written. */
    public BlobWriter open() {
        String id = UUID.randomUUID().toString();
        database.requireRoomFor(PART_SIZE);
        transactions.write(() -> blobs.save(new BlobRow(id, clock.instant())));
        boolean opened = false;
        try {
            BlobWriter writer = new BlobWriter(this, id, ofNewOnes.open(id));
            opened = true;
            return writer;
        } finally {
            if (!opened) {
                delete(id);
            }
        }
    }

    /** The finished blob of this id, if there is one. */
    public Optional<Blob> find(String id) {
        return blobs.findByIdAndCompleteTrue(id).map(BlobRow::toBlob);
    }

    /**
     * Reads a blob from its beginning, verifying bytes by their SHA-256 before handing them out.
     *
     * @throws UnknownBlobException when no finished blob has this id
     * @throws BlobCorruptException (here or while reading) when some are missing or changed
     */
    public InputStream read(String id) {
        BlobRow blob = blobs.findByIdAndCompleteTrue(id).orElseThrow(() -> new UnknownBlobException(id));
        return (blob.inFile() ? files : rows).read(blob.toBlob());
    }

    /** Removes a blob, finished or not; no blob of this id is no error. A crash half-way leaves an incomplete blob to the sweep. */
    public void delete(String id) {
        transactions.write(() -> blobs.forget(id));
        (blobs.inFile(id) ? files : rows).remove(id);
    }

    void complete(Blob blob) {
        transactions.write(() -> blobs.complete(blob.id(), blob.length(), blob.sha256()));
    }
}

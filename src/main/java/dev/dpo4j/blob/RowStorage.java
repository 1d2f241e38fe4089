package dev.dpo4j.blob;

import dev.dpo4j.digest.Sha256;
import java.io.InputStream;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Blobs in rows of the database, in parts of at most 4 MB with a SHA-256 each. No more than one part is ever held in memory. */
@Component
class RowStorage implements BlobStorage {

    private final BlobRows blobs;
    private final BlobPartRows parts;
    private final BlobTransactions transactions;
    private final Database database;
    private final RowVacuum vacuum;

    RowStorage(BlobRows blobs, BlobPartRows parts, BlobTransactions transactions, Database database, RowVacuum vacuum) {
        this.blobs = blobs;
        this.parts = parts;
        this.transactions = transactions;
        this.database = database;
        this.vacuum = vacuum;
    }

    @Override
    public BlobSink open(String id) {
        return new RowSink(id, this);
    }

    @Override
    public InputStream read(Blob blob) {
        return new BlobInputStream(blob, sequence -> part(blob.id(), sequence));
    }

    @Override
    public void remove(String id) {
        // One transaction a part: the embedded database keeps what a transaction deletes in memory.
        Optional<Integer> last = parts.lastSequence(id);
        for (int sequence = 0; last.isPresent() && sequence <= last.get(); sequence++) {
            int part = sequence;
            transactions.write(() -> parts.remove(id, part));
        }
        transactions.write(() -> blobs.remove(id));
        last.ifPresent(sequence -> vacuum.removed(sequence + 1));
    }

    void writePart(String id, int sequence, byte[] bytes) {
        database.requireRoomFor(bytes.length);
        transactions.write(() -> parts.save(new BlobPartRow(id, sequence, Sha256.of(bytes), bytes)));
    }

    private byte[] part(String id, int sequence) {
        BlobPartRow.Content part =
                parts.content(id, sequence).orElseThrow(() -> BlobCorruptException.ofPart(id, sequence, "is missing"));
        if (!Sha256.of(part.bytes()).equals(part.sha256())) {
            throw BlobCorruptException.ofPart(id, sequence, "does not have the SHA-256 it was written with");
        }
        return part.bytes();
    }
}

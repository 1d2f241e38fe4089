package dev.dpo4j.blob;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Blobs in files beside the embedded database, one each, or one for all that have the same bytes. The database knows of every file
 * before it is there, and until it is gone:
 *
 * <ul>
 *   <li>written: the bytes, on the disk, under an unfinished name; the name in the still incomplete manifest; the file's renaming;
 *       the manifest's completion;
 *   <li>removed: the manifest's completion; the file, unless another manifest names it; the manifest.
 * </ul>
 *
 * So a crash leaves an incomplete manifest at worst, which the sweep removes as it would any, and a finished blob has its file. Files
 * that no manifest names are never touched: they may belong to a database that somebody has moved away. For one process.
 */
@Component
class FileStorage implements BlobStorage {

    private static final Logger log = LoggerFactory.getLogger(FileStorage.class);

    private final BlobRows blobs;
    private final BlobTransactions transactions;
    private final BlobFolder folder;
    private final Database database;

    /** Whoever names a file does so before or after somebody else looks whether anybody names it, and removes it. */
    private final Lock naming = new ReentrantLock();

    FileStorage(BlobRows blobs, BlobTransactions transactions, BlobFolder folder, Database database) {
        this.blobs = blobs;
        this.transactions = transactions;
        this.folder = folder;
        this.database = database;
    }

    @Override
    public BlobSink open(String id) {
        return new FileSink(id, folder.unfinished(id), this, database);
    }

    @Override
    public InputStream read(Blob blob) {
        return folder.read(blob);
    }

    /** Gives a blob's file its name, after the manifest. */
    void keep(Blob blob, Path unfinished) {
        naming.lock();
        try {
            transactions.write(() -> nameFile(blob));
        } finally {
            naming.unlock();
        }
        folder.keep(unfinished, blob.sha256());
    }

    private int nameFile(Blob blob) {
        int named = blobs.nameFile(blob.id(), blob.length(), blob.sha256());
        if (named == 0) {
            throw new UnknownBlobException(blob.id()); // swept: it was begun very long ago
        }
        return named;
    }

    @Override
    public void remove(String id) {
        naming.lock();
        try {
            Optional<String> file = blobs.fileOf(id);
            if (file.isPresent() && !blobs.othersName(file.get(), id)) {
                folder.remove(file.get());
            }
            transactions.write(() -> blobs.remove(id));
        } finally {
            naming.unlock();
        }
    }

    /** At the start, before anybody writes: removes what was cut off, and says what is not where it should be. */
    void tidy() {
        folder.removeUnfinished();
        long missing = blobs.files().stream().filter(file -> !folder.has(file)).count();
        if (missing > 0) {
            log.warn(
                    "{} files that the database names are not in {}: what needs them is damaged. If the database is a backup's, so must be this folder.",
                    missing,
                    folder);
        }
    }
}

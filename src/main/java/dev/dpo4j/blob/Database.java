package dev.dpo4j.blob;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What kind of database the service runs on, and the two things an embedded one needs from us: room on its disk, and a sync. */
@Component
public class Database implements AutoCloseable {

    private static final int SECONDS_TO_ANSWER = 2;

    private final boolean embedded;
    private final boolean inMemory;
    private final DataSource dataSource;
    private final StorageProperties storage;
    private final AtomicLong setAside = new AtomicLong();
    private @Nullable Connection forSync;

    Database(DataSource dataSource, StorageProperties storage) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String url = connection.getMetaData().getURL();
            this.embedded =
                    url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:h2:tcp:") && !url.startsWith("jdbc:h2:ssl:");
            this.inMemory = url.startsWith("jdbc:h2:mem:");
        }
        this.dataSource = dataSource;
        this.storage = storage;
    }

    /** Whether the database lives in this process, so that nobody else can be using it. */
    public boolean embedded() {
        return embedded;
    }

    /** Whether the database is a file on this node. */
    public boolean inFile() {
        return embedded && !inMemory;
    }

    /**
     * Forces what has been committed to the device: on the embedded database only this makes it survive the death of the process and
     * the loss of power. A server database does so by itself.
     */
    public synchronized void sync() {
        if (!embedded) {
            return;
        }
        try (Statement statement = connectionForSync().createStatement()) {
            statement.execute("CHECKPOINT SYNC");
        } catch (SQLException e) {
            throw StorageFullException.behind(e)
                    .<RuntimeException>map(full -> full)
                    .orElseGet(() -> new IllegalStateException("The database cannot be synchronized with its disk", e));
        }
    }

    /** A connection of its own: those who commit still hold theirs, and must not wait for each other to get a second one. */
    private Connection connectionForSync() throws SQLException {
        if (forSync == null || !forSync.isValid(SECONDS_TO_ANSWER)) {
            close();
            forSync = dataSource.getConnection();
        }
        return forSync;
    }

    @Override
    public synchronized void close() throws SQLException {
        if (forSync != null) {
            forSync.close();
            forSync = null;
        }
    }

    /**
     * Refuses a write that would eat into the space kept free for the database's own bookkeeping. The embedded database shuts
     * itself down when a write fails half-way, so the disk must never get that full.
     *
     * @throws StorageFullException when there is too little room
     */
    public void requireRoomFor(long bytes) {
        if (!embedded) {
            return;
        }
        long usable = usableSpace(storage.directory());
        long needed = bytes + setAside.get() + storage.reserve().toBytes();
        if (usable < needed) {
            throw new StorageFullException(
                    "The disk of %s has %d MB left; %d MB are needed to go on. Free some space, then try again."
                            .formatted(storage.directory(), usable >> 20, (needed >> 20) + 1));
        }
    }

    /**
     * Sets room on the database's disk aside for what is not written through the database. Nobody else gets it until it is closed.
     *
     * @throws StorageFullException when there is too little room
     */
    public Room setAside(long bytes) {
        Room room = new Room(bytes);
        try {
            requireRoomFor(0);
        } catch (StorageFullException e) {
            room.close();
            throw e;
        }
        return room;
    }

    /** What is set aside now. */
    long bytesSetAside() {
        return setAside.get();
    }

    /** Room set aside until closed; to be closed as soon as what it was for has been written or given up. */
    public final class Room implements AutoCloseable {

        private final AtomicLong bytes;

        private Room(long bytes) {
            this.bytes = new AtomicLong(bytes);
            setAside.addAndGet(bytes);
        }

        @Override
        public void close() {
            setAside.addAndGet(-bytes.getAndSet(0));
        }
    }

    private static long usableSpace(Path directory) {
        try {
            Files.createDirectories(directory);
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot see how much room is left in " + directory, e);
        }
    }
}

package dev.dpo4j.blob;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Writes a blob to a file under a name that says it is unfinished. While more is written, what has been is forced to the disk on
 * another thread: waiting for all of it at the end took a quarter longer.
 */
final class FileSink implements BlobSink {

    /** Only small writes go through the buffer. */
    private static final int BUFFER = 1 << 15;

    private static final long BYTES_BETWEEN_FORCES = 64L << 20;

    private final String id;
    private final FileStorage files;
    private final Database database;
    private final Path file;
    private final FileChannel channel;
    private final OutputStream out = new BufferedOutputStream(new Bytes(), BUFFER);
    private long written;
    private long room;
    private long forcedUpTo;
    private @Nullable FutureTask<@Nullable Void> forcing;

    FileSink(String id, Path file, FileStorage files, Database database) {
        this.id = id;
        this.file = file;
        this.files = files;
        this.database = database;
        try {
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw StorageFullException.orUnchecked("Blob " + id + " cannot be written to " + file, e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        try {
            out.write(bytes, offset, count);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void finish(Blob blob) {
        try {
            out.flush();
            awaitForce();
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw failure(e);
        }
        files.keep(blob, file);
    }

    @Override
    public void discard() {
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private RuntimeException failure(IOException e) {
        return StorageFullException.orUnchecked("Blob " + id + " cannot be written to " + file, e);
    }

    private void forceInTheBackground() throws IOException {
        if (written - forcedUpTo < BYTES_BETWEEN_FORCES || (forcing != null && !forcing.isDone())) {
            return;
        }
        awaitForce();
        forcedUpTo = written;
        forcing = new FutureTask<>(() -> {
            channel.force(false);
            return null;
        });
        Thread.ofVirtual().name("force-" + id).start(forcing);
    }

    /** Never without its outcome: the system tells a failed write once, and a second force would succeed. */
    private void awaitForce() throws IOException {
        if (forcing == null) {
            return;
        }
        try {
            forcing.get();
        } catch (ExecutionException e) {
            throw new IOException("forcing it to the disk failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it was forced to the disk", e);
        }
    }

    /** The way to the file, behind the buffer. */
    private final class Bytes extends OutputStream {

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            if (written + count > room) {
                long step = Math.max(count, BlobStore.PART_SIZE);
                database.requireRoomFor(step);
                room = written + step;
            }
            ByteBuffer left = ByteBuffer.wrap(bytes, offset, count);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            written += count;
            forceInTheBackground();
        }
    }
}

package dev.dpo4j.blob;

import dev.dpo4j.digest.Sha256;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Writes one blob. It is durable, and exists for readers, only with {@link #finish()}. For one thread.
 *
 * <p>All methods may throw {@link StorageFullException}.
 */
public final class BlobWriter extends OutputStream {

    private final BlobStore store;
    private final String id;
    private final BlobSink sink;
    private final MessageDigest whole = Sha256.digest();
    private long length;
    private boolean finished;
    private boolean closed;

    BlobWriter(BlobStore store, String id, BlobSink sink) {
        this.store = store;
        this.id = id;
        this.sink = sink;
    }

    /** The id the blob will have. */
    public String id() {
        return id;
    }

    /** Bytes written so far. */
    public long length() {
        return length;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        requireOpen();
        whole.update(bytes, offset, count);
        length += count;
        sink.write(bytes, offset, count);
    }

    /** Writes what is left and completes the blob; when this returns, it is durable. */
    public Blob finish() {
        requireOpen();
        Blob blob = new Blob(id, length, Sha256.hex(whole));
        sink.finish(blob);
        store.complete(blob);
        finished = true;
        return blob;
    }

    /** Removes the blob unless it is finished. */
    @Override
    public void close() {
        if (!finished && !closed) {
            closed = true;
            try {
                sink.discard();
            } finally {
                store.delete(id);
            }
        }
    }

    private void requireOpen() {
        if (finished || closed) {
            throw new IllegalStateException("Blob " + id + " is no longer open for writing");
        }
    }
}

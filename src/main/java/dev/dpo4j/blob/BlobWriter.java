package dev.dpo4j.blob;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Writes one blob. Every 4 MB become durable as they are written; the blob itself only with {@link #finish()}. For one thread.
 *
 * <p>All methods may throw {@link StorageFullException}.
 */
public final class BlobWriter extends OutputStream {

    private final BlobStore store;
    private final String id;
    private final MessageDigest whole = Sha256.digest();
    private final byte[] buffer = new byte[BlobStore.PART_SIZE];
    private int buffered;
    private int sequence;
    private long length;
    private boolean finished;
    private boolean closed;

    BlobWriter(BlobStore store, String id) {
        this.store = store;
        this.id = id;
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
        if (finished || closed) {
            throw new IllegalStateException("Blob " + id + " is no longer open for writing");
        }
        whole.update(bytes, offset, count);
        length += count;
        int from = offset;
        int left = count;
        while (left > 0) {
            int run = Math.min(left, buffer.length - buffered);
            System.arraycopy(bytes, from, buffer, buffered, run);
            buffered += run;
            from += run;
            left -= run;
            if (buffered == buffer.length) {
                writePart();
            }
        }
    }

    /** Writes what is left and completes the blob; when this returns, it is durable. */
    public Blob finish() {
        if (finished || closed) {
            throw new IllegalStateException("Blob " + id + " is no longer open for writing");
        }
        if (buffered > 0) {
            writePart();
        }
        Blob blob = new Blob(id, length, HexFormat.of().formatHex(whole.digest()));
        store.complete(blob);
        finished = true;
        return blob;
    }

    /** Removes the blob unless it is finished. */
    @Override
    public void close() {
        if (!finished && !closed) {
            closed = true;
            store.delete(id);
        }
    }

    private void writePart() {
        // A copy: the row may outlive this call in a batch.
        store.writePart(id, sequence, Arrays.copyOf(buffer, buffered));
        sequence++;
        buffered = 0;
    }
}

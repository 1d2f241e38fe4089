package dev.dpo4j.blob;

import java.io.InputStream;
import java.util.function.IntFunction;

/** A blob's bytes, one verified part at a time. For one thread. */
final class BlobInputStream extends InputStream {

    private final Blob blob;
    private final IntFunction<byte[]> parts;
    private byte[] part = {};
    private int position;
    private int sequence;
    private long left;

    BlobInputStream(Blob blob, IntFunction<byte[]> parts) {
        this.blob = blob;
        this.parts = parts;
        this.left = blob.length();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) {
        if (count == 0) {
            return 0;
        }
        if (position == part.length && !nextPart()) {
            return -1;
        }
        int run = Math.min(count, part.length - position);
        System.arraycopy(part, position, target, offset, run);
        position += run;
        return run;
    }

    @Override
    public int available() {
        return part.length - position;
    }

    private boolean nextPart() {
        if (left == 0) {
            return false;
        }
        part = parts.apply(sequence);
        position = 0;
        if (part.length == 0 || part.length > left) {
            throw BlobCorruptException.ofPart(blob.id(), sequence, "has the wrong length");
        }
        left -= part.length;
        sequence++;
        return true;
    }
}

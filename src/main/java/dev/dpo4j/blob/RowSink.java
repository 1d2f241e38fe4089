package dev.dpo4j.blob;

import java.util.Arrays;

/** Cuts a blob into parts. Each is durable as soon as it is written. */
final class RowSink implements BlobSink {

    private final String id;
    private final RowStorage rows;
    private final byte[] buffer = new byte[BlobStore.PART_SIZE];
    private int buffered;
    private int sequence;

    RowSink(String id, RowStorage rows) {
        this.id = id;
        this.rows = rows;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
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

    @Override
    public void finish(Blob blob) {
        if (buffered > 0) {
            writePart();
        }
    }

    /** Nothing: the parts are removed with the blob. */
    @Override
    public void discard() {}

    private void writePart() {
        // A copy: the row may outlive this call in a batch.
        rows.writePart(id, sequence, Arrays.copyOf(buffer, buffered));
        sequence++;
        buffered = 0;
    }
}

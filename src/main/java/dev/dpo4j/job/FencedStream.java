package dev.dpo4j.job;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Passes a checkpoint's bytes on while the job is the run's: one that has lost it does not go on writing for minutes. */
final class FencedStream extends FilterOutputStream {

    /** Bytes between two looks; about a part of a blob. */
    private static final long BETWEEN_LOOKS = 4 << 20;

    private final Fence fence;
    private final FencedJobs jobs;
    private long sinceLook;

    FencedStream(OutputStream out, Fence fence, FencedJobs jobs) {
        super(out);
        this.fence = fence;
        this.jobs = jobs;
    }

    /** @throws FenceLostException when the job is no longer the run's */
    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        sinceLook += count;
        if (sinceLook >= BETWEEN_LOOKS) {
            sinceLook = 0;
            if (jobs.status(fence).isEmpty()) {
                throw new FenceLostException(fence);
            }
        }
        out.write(bytes, offset, count);
    }
}

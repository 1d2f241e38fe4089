package dev.dpo4j.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * Reads safetensors as a stream, converting F32, F16 and BF16 to float32 on the way. Files are not memory-mapped: one that is
 * truncated while mapped would take the JVM with it. NaN and infinite weights are refused.
 */
public final class SafetensorsReader {

    private static final int CHUNK_BYTES = 1 << 20;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int EXPONENT = 0x7F80_0000;

    private SafetensorsReader() {}

    /** Reads and checks a file's header only. */
    public static SafetensorsHeader header(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return header(String.valueOf(file.getFileName()), channel, OptionalLong.of(channel.size()));
        }
    }

    /** Reads a file's tensors into the memory that {@code sink} names. */
    public static SafetensorsHeader read(Path file, TensorSink sink) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(String.valueOf(file.getFileName()), channel, OptionalLong.of(channel.size()), sink);
        }
    }

    /**
     * Reads a stream's tensors into the memory that {@code sink} names, to the stream's end; does not close it.
     *
     * @param source what to call the stream in errors
     * @param length the stream's length in bytes, where it is known: wrong ones are then found before anything is read
     */
    public static SafetensorsHeader read(String source, InputStream in, OptionalLong length, TensorSink sink)
            throws IOException {
        return read(source, Channels.newChannel(in), length, sink);
    }

    private static SafetensorsHeader read(
            String source, ReadableByteChannel channel, OptionalLong length, TensorSink sink) throws IOException {
        SafetensorsHeader header = header(source, channel, length);
        sink.begin(header);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK_BYTES, Long.BYTES);
            for (TensorInfo tensor : header.tensors()) {
                MemorySegment destination = sink.destination(tensor);
                if (destination == null) {
                    skip(source, channel, tensor, chunk);
                } else {
                    copy(source, channel, tensor, chunk, destination);
                }
            }
            ByteBuffer beyond = ByteBuffer.allocate(1);
            if (channel.read(beyond) > 0) {
                throw new SafetensorsException(source, "something was appended after the last tensor");
            }
        }
        return header;
    }

    private static SafetensorsHeader header(String source, ReadableByteChannel channel, OptionalLong length)
            throws IOException {
        ByteBuffer size = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        fill(source, "its length field", channel, size);
        int headerLength = SafetensorsHeader.checkedLength(source, size.getLong(0), length);
        ByteBuffer json = ByteBuffer.allocate(headerLength);
        fill(source, "its header", channel, json);
        OptionalLong dataLength = length.isPresent()
                ? OptionalLong.of(length.getAsLong() - Long.BYTES - headerLength)
                : OptionalLong.empty();
        return SafetensorsHeader.parse(source, json.array(), dataLength);
    }

    private static void skip(String source, ReadableByteChannel channel, TensorInfo tensor, MemorySegment chunk)
            throws IOException {
        long bytes = tensor.end() - tensor.begin();
        if (channel instanceof SeekableByteChannel seekable) {
            seekable.position(seekable.position() + bytes);
            return;
        }
        for (long done = 0; done < bytes; ) {
            long n = Math.min(chunk.byteSize(), bytes - done);
            fill(source, tensor.name(), channel, chunk.asSlice(0, n).asByteBuffer());
            done += n;
        }
    }

    private static void copy(
            String source,
            ReadableByteChannel channel,
            TensorInfo tensor,
            MemorySegment chunk,
            MemorySegment destination)
            throws IOException {
        if (!tensor.type().readable()) {
            throw SafetensorsException.ofTensor(
                    source,
                    tensor.name(),
                    "dtype " + tensor.type() + " is not supported: convert it to F32, F16 or BF16");
        }
        if (destination.byteSize() != tensor.size() * Float.BYTES) {
            throw new IllegalArgumentException(tensor.name() + " has " + tensor.size() + " values, its destination "
                    + destination.byteSize() + " bytes");
        }
        int elementBytes = tensor.type().bits() / 8;
        int perChunk = (int) (chunk.byteSize() / elementBytes);
        for (long done = 0; done < tensor.size(); ) {
            int n = (int) Math.min(perChunk, tensor.size() - done);
            MemorySegment raw = chunk.asSlice(0, (long) n * elementBytes);
            fill(source, tensor.name(), channel, raw.asByteBuffer());
            MemorySegment floats = destination.asSlice(done * Float.BYTES, (long) n * Float.BYTES);
            boolean finite = switch (tensor.type()) {
                case F32 -> copyFloats(raw, floats, n);
                case BF16 -> copyBfloats(raw, floats, n);
                default -> copyHalves(raw, floats, n);
            };
            if (!finite) {
                throw SafetensorsException.ofTensor(source, tensor.name(), "holds NaN or infinite values");
            }
            done += n;
        }
    }

    private static boolean copyFloats(MemorySegment raw, MemorySegment floats, int n) {
        int bad = 0;
        for (int i = 0; i < n; i++) {
            int bits = raw.getAtIndex(INT, i);
            bad |= (bits & EXPONENT) == EXPONENT ? 1 : 0;
            floats.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, bits);
        }
        return bad == 0;
    }

    private static boolean copyBfloats(MemorySegment raw, MemorySegment floats, int n) {
        int bad = 0;
        for (int i = 0; i < n; i++) {
            int bits = raw.getAtIndex(SHORT, i) << 16;
            bad |= (bits & EXPONENT) == EXPONENT ? 1 : 0;
            floats.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, bits);
        }
        return bad == 0;
    }

    private static boolean copyHalves(MemorySegment raw, MemorySegment floats, int n) {
        int bad = 0;
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToRawIntBits(Float.float16ToFloat(raw.getAtIndex(SHORT, i)));
            bad |= (bits & EXPONENT) == EXPONENT ? 1 : 0;
            floats.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, bits);
        }
        return bad == 0;
    }

    private static void fill(String source, String what, ReadableByteChannel channel, ByteBuffer buffer)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new SafetensorsException(source, "ends in the middle of " + what, new EOFException());
            }
        }
    }
}

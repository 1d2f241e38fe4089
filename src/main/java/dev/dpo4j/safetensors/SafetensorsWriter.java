package dev.dpo4j.safetensors;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes float32 tensors as safetensors: in the order given, the header padded with spaces so that the data is aligned to 8 bytes. */
public final class SafetensorsWriter {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int CHUNK_BYTES = 1 << 16;
    private static final ValueLayout.OfFloat LITTLE_ENDIAN_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SafetensorsWriter() {}

    /**
     * Writes the tensors; neither flushes nor closes the stream.
     *
     * @param metadata free text for the header, such as {@code format: pt}, which transformers asks for; the same order of entries
     *     gives the same bytes
     */
    public static void write(OutputStream out, List<NamedTensor> tensors, Map<String, String> metadata)
            throws IOException {
        write(out, tensors, metadata, TensorReader.DIRECT);
    }

    /**
     * Writes the tensors; neither flushes nor closes the stream.
     *
     * @param metadata as above
     * @param reader lends the tensors' values, a few at a time
     */
    public static void write(
            OutputStream out, List<NamedTensor> tensors, Map<String, String> metadata, TensorReader reader)
            throws IOException {
        byte[] header = header(tensors, metadata);
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        out.write(header);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (NamedTensor tensor : tensors) {
            write(out, tensor, reader, chunk);
        }
    }

    private static byte[] header(List<NamedTensor> tensors, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode text = root.putObject("__metadata__");
            metadata.forEach(text::put);
        }
        long offset = 0;
        for (NamedTensor tensor : tensors) {
            long bytes = Math.multiplyExact(tensor.size(), Float.BYTES);
            if (tensor.data().byteSize() != bytes) {
                throw new IllegalArgumentException(tensor.name() + " of shape " + Arrays.toString(tensor.shape())
                        + " has " + tensor.data().byteSize() + " bytes");
            }
            if (root.has(tensor.name())) {
                throw new IllegalArgumentException("two tensors named " + tensor.name());
            }
            ObjectNode node = root.putObject(tensor.name());
            node.put("dtype", DType.F32.name());
            ArrayNode shape = node.putArray("shape");
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            node.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void write(OutputStream out, NamedTensor tensor, TensorReader reader, byte[] chunk)
            throws IOException {
        MemorySegment target = MemorySegment.ofArray(chunk);
        long bytes = tensor.data().byteSize();
        for (long done = 0; done < bytes; done += chunk.length) {
            long from = done;
            int n = (int) Math.min(chunk.length, bytes - done);
            reader.read(
                    tensor,
                    data -> MemorySegment.copy(
                            data,
                            ValueLayout.JAVA_FLOAT_UNALIGNED,
                            from,
                            target,
                            LITTLE_ENDIAN_FLOAT,
                            0,
                            n / Float.BYTES));
            out.write(chunk, 0, n);
        }
    }
}

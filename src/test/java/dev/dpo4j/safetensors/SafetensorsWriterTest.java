package dev.dpo4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SafetensorsWriterTest {

    private static final List<NamedTensor> TENSORS = List.of(
            new NamedTensor("zweite", new long[] {2, 1}, MemorySegment.ofArray(new float[] {1, 2})),
            new NamedTensor("erste", new long[] {}, MemorySegment.ofArray(new float[] {-0.5f})));

    @Test
    void theBytesAreTheFormatsOwn() throws IOException {
        byte[] bytes = write(TENSORS, Map.of("format", "pt"));

        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) buffer.getLong();
        assertThat(headerLength % 8).isZero();
        assertThat(new String(bytes, 8, headerLength, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"zweite\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"erste\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]}}");
        buffer.position(8 + headerLength);
        assertThat(List.of(buffer.getFloat(), buffer.getFloat(), buffer.getFloat()))
                .containsExactly(1f, 2f, -0.5f);
        assertThat(buffer.hasRemaining()).isFalse();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        float[] values = new float[100_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.1f;
        }
        NamedTensor tensor = new NamedTensor("big", new long[] {values.length}, MemorySegment.ofArray(values));
        byte[] bytes = write(List.of(tensor), Map.of());
        float[] read = new float[values.length];

        SafetensorsReader.read(
                "bytes",
                new ByteArrayInputStream(bytes),
                OptionalLong.of(bytes.length),
                t -> MemorySegment.ofArray(read));

        assertThat(read).isEqualTo(values);
    }

    @Test
    void nothingIsAFileToo() throws IOException {
        byte[] bytes = write(List.of(), Map.of());

        SafetensorsHeader header = SafetensorsReader.read(
                "bytes", new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), t -> null);

        assertThat(header.tensors()).isEmpty();
    }

    @Test
    void aShapeThatDoesNotFitItsDataIsRefused() {
        NamedTensor tensor = new NamedTensor("a", new long[] {3}, MemorySegment.ofArray(new float[2]));

        assertThatThrownBy(() -> write(List.of(tensor), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a of shape [3] has 8 bytes");
    }

    private static byte[] write(List<NamedTensor> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, tensors, metadata);
        return out.toByteArray();
    }
}

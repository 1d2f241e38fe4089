package dev.dpo4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExactSinkTest {

    private final float[] a = new float[2];
    private final float[] b = new float[2];
    private final ExactSink sink = new ExactSink("config.json", List.of(tensor("a", a, 2), tensor("b", b, 2, 1)));

    @Test
    void whateverTheirOrderTensorsAreFilledByTheirNames() throws IOException {
        read(written(tensor("b", new float[] {3, 4}, 2, 1), tensor("a", new float[] {1, 2}, 2)));

        assertThat(a).containsExactly(1, 2);
        assertThat(b).containsExactly(3, 4);
    }

    @Test
    void aTensorThatIsMissingIsNamed() throws IOException {
        assertRefused(written(tensor("a", new float[] {1, 2}, 2)), "its weights lack \"b\"");
    }

    @Test
    void soIsOneThatNobodyWants() throws IOException {
        assertRefused(
                written(
                        tensor("a", new float[] {1, 2}, 2),
                        tensor("b", new float[] {3, 4}, 2, 1),
                        tensor("c", new float[] {5}, 1)),
                "its weights hold what a model of its config.json has not: \"c\"");
    }

    @Test
    void asManyValuesInAnotherShapeAreAnotherTensor() throws IOException {
        assertRefused(
                written(tensor("a", new float[] {1, 2}, 2), tensor("b", new float[] {3, 4}, 1, 2)),
                "tensor \"b\" has shape [1, 2], its config.json makes it [2, 1]");
    }

    @Test
    void aTypeThatIsNotReadIsRefusedBeforeAnyTensorIs() {
        byte[] file = HeaderBytes.file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"I32\",\"shape\":[2,1],\"data_offsets\":[8,16]}}",
                HeaderBytes.floats(1, 2, 3, 4));

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("tensor \"b\" has dtype I32: only F32, F16 and BF16 are supported");
        assertThat(a).containsOnly(0);
    }

    private void assertRefused(byte[] file, String message) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(WrongTensorsException.class)
                .hasMessage(message);
        assertThat(a).containsOnly(0);
        assertThat(b).containsOnly(0);
    }

    private void read(byte[] file) throws IOException {
        SafetensorsReader.read("bytes", new ByteArrayInputStream(file), OptionalLong.of(file.length), sink);
    }

    private static byte[] written(NamedTensor... tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, List.of(tensors), Map.of());
        return out.toByteArray();
    }

    private static NamedTensor tensor(String name, float[] values, long... shape) {
        return new NamedTensor(name, shape, MemorySegment.ofArray(values));
    }
}

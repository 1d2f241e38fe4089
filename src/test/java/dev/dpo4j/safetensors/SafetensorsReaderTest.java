package dev.dpo4j.safetensors;

import static dev.dpo4j.safetensors.HeaderBytes.file;
import static dev.dpo4j.safetensors.HeaderBytes.floats;
import static dev.dpo4j.safetensors.HeaderBytes.shorts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsReaderTest {

    private static final String ONE_FLOAT = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";

    @TempDir
    private Path folder;

    @Test
    void floatsArriveAsTheyAreAndMetadataIsRead() throws IOException {
        byte[] file = file(
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}  ",
                floats(1.5f, -0f, Float.MIN_VALUE));
        Map<String, float[]> tensors = new HashMap<>();

        SafetensorsHeader header = stream(file, OptionalLong.empty(), tensors);

        assertThat(tensors.get("a")).containsExactly(1.5f, -0f, Float.MIN_VALUE);
        assertThat(header.metadata()).containsExactly(Map.entry("format", "pt"));
    }

    @Test
    void bfloatsAndHalvesAreConvertedExactly() throws IOException {
        byte[] data = new byte[12];
        System.arraycopy(shorts(0x3F80, 0xC049, 0x0001), 0, data, 0, 6); // 1, -3.140625, smallest subnormal
        System.arraycopy(shorts(0x3C00, 0xC248, 0x0001), 0, data, 6, 6); // 1, -3.140625, 2^-24
        byte[] file = file(
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[6,12]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,3],\"data_offsets\":[0,6]}}",
                data);
        Map<String, float[]> tensors = new HashMap<>();

        stream(file, OptionalLong.of(file.length), tensors);

        assertThat(tensors.get("b")).containsExactly(1f, -3.140625f, Float.intBitsToFloat(1 << 16));
        assertThat(tensors.get("h")).containsExactly(1f, -3.140625f, 0x1p-24f);
    }

    @Test
    void tensorsLargerThanAChunkArriveWholeFromFileAndStream() throws IOException {
        int n = 700_001;
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i;
        }
        byte[] file = file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + n + "],\"data_offsets\":[0," + 4 * n + "]}}", floats(values));
        Path path = Files.write(folder.resolve("a.safetensors"), file);
        Map<String, float[]> fromFile = new HashMap<>();
        Map<String, float[]> fromStream = new HashMap<>();

        SafetensorsReader.read(path, into(fromFile));
        stream(file, OptionalLong.empty(), fromStream);

        assertThat(fromFile.get("a")).isEqualTo(values);
        assertThat(fromStream.get("a")).isEqualTo(values);
    }

    @Test
    void skippedTensorsAreNotMissedByTheNextOnes() throws IOException {
        byte[] file = file(
                "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
                floats(7, 7, 42));
        Path path = Files.write(folder.resolve("a.safetensors"), file);
        float[] fromFile = new float[1];
        float[] fromStream = new float[1];

        SafetensorsReader.read(path, t -> t.name().equals("b") ? MemorySegment.ofArray(fromFile) : null);
        SafetensorsReader.read(
                "stream",
                new ByteArrayInputStream(file),
                OptionalLong.empty(),
                t -> t.name().equals("b") ? MemorySegment.ofArray(fromStream) : null);

        assertThat(fromFile).containsExactly(42);
        assertThat(fromStream).containsExactly(42);
    }

    @Test
    void tensorsWithoutElementsAndScalarsAreLegal() throws IOException {
        byte[] file = file(
                "{\"none\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[0,0]},"
                        + "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                floats(3));
        Map<String, float[]> tensors = new HashMap<>();

        stream(file, OptionalLong.of(file.length), tensors);

        assertThat(tensors.get("none")).isEmpty();
        assertThat(tensors.get("scalar")).containsExactly(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7FC0_0000, 0x7F80_0000, 0xFF80_0000})
    void weightsThatAreNotFiniteAreRefused(int bits) {
        byte[] file = file(ONE_FLOAT, floats(Float.intBitsToFloat(bits)));

        assertRefused(file, "a", "NaN or infinite");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 16 * 1024 * 1024 + 1})
    void aHeaderLengthOutOfBoundsIsRefusedBeforeAnythingIsAllocated(long length) {
        assertRefused(file(length, new byte[0], new byte[64]), "header claims");
    }

    @Test
    void aHeaderLongerThanItsFileIsRefused() {
        assertRefused(file(100, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), new byte[0]), "100 bytes");
    }

    @Test
    void aLongHeaderOverHalfOfItsFileIsRefused() {
        byte[] header = new byte[(1 << 20) + 1];
        Arrays.fill(header, (byte) ' ');
        header[0] = '{';
        header[1] = '}';

        assertThatThrownBy(() -> stream(
                        file(header.length, header, new byte[0]), OptionalLong.of(8 + header.length), new HashMap<>()))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("over half");
    }

    @Test
    void headersThatAreNotUtf8AreRefused() {
        assertRefused(file(3, new byte[] {'{', (byte) 0xC3, '}'}, new byte[0]), "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {" {}", "[]", "\uFEFF{}", "{}\n", "{} x", "{\"a\":1", "{'a':1}", "{} {}", "{}}"})
    void headersThatAreNotOneObjectAndSpacesAreRefused(String header) {
        assertRefused(file(header, new byte[0]), "header");
    }

    @Test
    void duplicateNamesAreRefused() {
        String tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

        assertRefused(file("{" + tensor + "," + tensor + "}", floats(1)), "uplicate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}"})
    void metadataOtherThanTextIsRefused(String header) {
        assertRefused(file(header, new byte[0]), "__metadata__");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"dtype":"F33","shape":[1],"data_offsets":[0,4]}                    | dtype
                    {"dtype":3,"shape":[1],"data_offsets":[0,4]}                        | dtype
                    {"dtype":"F32","shape":[1]}                                         | exactly
                    {"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}              | exactly
                    {"dtype":"F32","shape":1,"data_offsets":[0,4]}                      | shape
                    {"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}                  | shape
                    {"dtype":"F32","shape":[-1],"data_offsets":[0,4]}                   | shape
                    {"dtype":"F32","shape":[18446744073709551617],"data_offsets":[0,4]} | shape
                    {"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}| overflows
                    {"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}    | dimensions
                    {"dtype":"F32","shape":[2],"data_offsets":[0,4]}                    | 64 bits
                    {"dtype":"F4","shape":[1],"data_offsets":[0,0]}                     | 4 bits
                    {"dtype":"F32","shape":[1],"data_offsets":[4,0]}                    | begin
                    {"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}                  | begin
                    {"dtype":"F32","shape":[1],"data_offsets":[4,8]}                    | holes
                    """)
    void aTensorThatDoesNotAddUpIsRefusedByName(String tensor, String reason) {
        assertRefused(file("{\"wrong\":" + tensor + "}", floats(1)), "wrong", reason);
    }

    @Test
    void overlappingTensorsAreRefused() {
        assertRefused(
                file(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                        floats(1, 2)),
                "b",
                "overlap");
    }

    @Test
    void namesWithControlCharactersAreRefused() {
        assertRefused(
                file("{\"a\\u0000\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", floats(1)), "name");
    }

    @Test
    void truncatedAndLengthenedFilesAreRefusedFromFilesAndStreamsAlike() {
        assertRefused(file(ONE_FLOAT, new byte[3]), "truncated");
        assertRefused(file(ONE_FLOAT, new byte[5]), "appended");
        assertRefused(new byte[7], "length field");
    }

    @Test
    void typesThatAreNotFloatsAreRefusedWhenWanted() {
        assertRefused(
                file("{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4]), "a", "I32");
    }

    /** Refused as a file for these reasons, and as a stream of unknown length, which may find out later and say so otherwise. */
    private void assertRefused(byte[] content, String... reasons) {
        assertThatThrownBy(() -> {
                    Path path = Files.write(folder.resolve("bad.safetensors"), content);
                    SafetensorsReader.read(path, into(new HashMap<>()));
                })
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("bad.safetensors")
                .hasMessageContainingAll(reasons);
        assertThatThrownBy(() -> stream(content, OptionalLong.empty(), new HashMap<>()))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("some stream");
    }

    private static SafetensorsHeader stream(byte[] content, OptionalLong length, Map<String, float[]> tensors)
            throws IOException {
        return SafetensorsReader.read("some stream", new ByteArrayInputStream(content), length, into(tensors));
    }

    private static TensorSink into(Map<String, float[]> tensors) {
        return tensor -> {
            float[] values = new float[Math.toIntExact(tensor.size())];
            tensors.put(tensor.name(), values);
            return MemorySegment.ofArray(values).asSlice(0, values.length * ValueLayout.JAVA_FLOAT.byteSize());
        };
    }
}

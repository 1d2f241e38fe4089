package dev.dpo4j.safetensors;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The checked header of a safetensors file. Its tensors lie back to back from offset 0: no holes, no overlap, nothing after the
 * last one, as the format's reference implementation demands.
 *
 * @param tensors in the order of their bytes
 * @param metadata the free text under {@code __metadata__}
 */
public record SafetensorsHeader(List<TensorInfo> tensors, Map<String, String> metadata) {

    static final int MAX_HEADER_BYTES = 16 << 20;

    /** Under this size the header may be larger than the data: tiny tensors with long names are legal. */
    private static final int SMALL_HEADER_BYTES = 1 << 20;

    private static final int MAX_TENSORS = 100_000;
    private static final int MAX_RANK = 8;
    private static final int MAX_NAME_LENGTH = 512;
    private static final String METADATA = "__metadata__";

    /** Four levels are all that the format has; duplicate keys are how one file shows two readers two things. */
    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxDocumentLength(MAX_HEADER_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public SafetensorsHeader {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /** Bytes of all tensors. */
    public long dataBytes() {
        return tensors.isEmpty() ? 0 : tensors.getLast().end();
    }

    /**
     * Checks the length field, before anything of that length is allocated.
     *
     * @param length the first 8 bytes, little-endian: unsigned in the format, so a negative one is far too large
     * @param fileLength the file's length, where it is known
     */
    static int checkedLength(String source, long length, OptionalLong fileLength) throws SafetensorsException {
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new SafetensorsException(
                    source,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, more than the " + MAX_HEADER_BYTES
                            + " accepted: not a safetensors file, or damaged");
        }
        if (fileLength.isPresent()) {
            long rest = fileLength.getAsLong() - Long.BYTES;
            if (length > rest) {
                throw new SafetensorsException(
                        source, "its header claims " + length + " bytes, the file has only " + rest + ": truncated");
            }
            if (length > SMALL_HEADER_BYTES && length > rest / 2) {
                throw new SafetensorsException(source, "its header of " + length + " bytes is over half of the file");
            }
        }
        return (int) length;
    }

    /**
     * Parses and checks a header.
     *
     * @param json the header's bytes
     * @param dataLength bytes after the header, where known
     */
    static SafetensorsHeader parse(String source, byte[] json, OptionalLong dataLength) throws SafetensorsException {
        JsonNode root = readTree(source, json);
        Map<String, String> metadata = Map.of();
        List<TensorInfo> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals(METADATA)) {
                metadata = metadata(source, entry.getValue());
            } else {
                if (tensors.size() == MAX_TENSORS) {
                    throw new SafetensorsException(source, "more than " + MAX_TENSORS + " tensors");
                }
                tensors.add(tensor(source, entry.getKey(), entry.getValue()));
            }
        }
        tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        checkLayout(source, tensors, dataLength);
        return new SafetensorsHeader(tensors, metadata);
    }

    private static JsonNode readTree(String source, byte[] json) throws SafetensorsException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SafetensorsException(source, "its header is not UTF-8", e);
        }
        if (!text.startsWith("{")) {
            throw new SafetensorsException(source, "its header does not start with {: not a safetensors file");
        }
        int end = text.length();
        while (text.charAt(end - 1) == ' ') {
            end--;
        }
        if (text.charAt(end - 1) != '}') {
            throw new SafetensorsException(source, "its header ends in something other than } and spaces");
        }
        try {
            return STRICT.readTree(text);
        } catch (JacksonException e) {
            throw new SafetensorsException(source, "its header is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> metadata(String source, JsonNode node) throws SafetensorsException {
        if (!node.isObject()) {
            throw new SafetensorsException(source, METADATA + " is not an object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isString()) {
                throw new SafetensorsException(source, METADATA + " \"" + entry.getKey() + "\" is not a string");
            }
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        }
        return metadata;
    }

    private static TensorInfo tensor(String source, String name, JsonNode node) throws SafetensorsException {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new SafetensorsException(
                    source, "a tensor's name must have 1 to " + MAX_NAME_LENGTH + " printable characters");
        }
        if (!node.isObject() || node.size() != 3) {
            throw SafetensorsException.ofTensor(source, name, "needs exactly dtype, shape and data_offsets");
        }
        JsonNode typeName = node.path("dtype");
        DType type = typeName.isString() ? DType.named(typeName.stringValue()) : null;
        if (type == null) {
            throw SafetensorsException.ofTensor(source, name, "unknown dtype " + typeName);
        }
        long[] shape = longs(source, name, "shape", node.path("shape"));
        long[] offsets = longs(source, name, "data_offsets", node.path("data_offsets"));
        if (shape.length > MAX_RANK) {
            throw SafetensorsException.ofTensor(source, name, "more than " + MAX_RANK + " dimensions");
        }
        if (offsets.length != 2 || offsets[1] < offsets[0]) {
            throw SafetensorsException.ofTensor(source, name, "data_offsets must be [begin, end] with begin <= end");
        }
        long bits;
        try {
            bits = type.bits();
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, dimension);
            }
        } catch (ArithmeticException e) {
            throw SafetensorsException.ofTensor(source, name, "its shape overflows");
        }
        if (bits % 8 != 0 || bits / 8 != offsets[1] - offsets[0]) {
            throw SafetensorsException.ofTensor(
                    source,
                    name,
                    "its shape and dtype make " + bits + " bits, its data_offsets " + (offsets[1] - offsets[0])
                            + " bytes");
        }
        return new TensorInfo(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] longs(String source, String name, String field, JsonNode node) throws SafetensorsException {
        if (!node.isArray()) {
            throw SafetensorsException.ofTensor(source, name, field + " is not a list");
        }
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = node.get(i);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw SafetensorsException.ofTensor(
                        source, name, field + " holds " + value + ", not a whole number >= 0");
            }
            values[i] = value.longValue();
        }
        return values;
    }

    private static void checkLayout(String source, List<TensorInfo> tensors, OptionalLong dataLength)
            throws SafetensorsException {
        long end = 0;
        for (TensorInfo tensor : tensors) {
            if (tensor.begin() != end) {
                throw SafetensorsException.ofTensor(
                        source,
                        tensor.name(),
                        "begins at byte " + tensor.begin() + " where the one before ends at " + end
                                + ": tensors must neither overlap nor leave holes");
            }
            end = tensor.end();
        }
        if (dataLength.isPresent() && dataLength.getAsLong() != end) {
            throw new SafetensorsException(
                    source,
                    "its tensors take " + end + " bytes, but " + dataLength.getAsLong() + " follow the header: "
                            + (dataLength.getAsLong() < end ? "truncated" : "something was appended"));
        }
    }
}

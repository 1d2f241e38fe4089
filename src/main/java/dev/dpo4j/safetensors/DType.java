package dev.dpo4j.safetensors;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The element types that the safetensors format names. Only {@link #F32}, {@link #F16} and {@link #BF16} can be read. */
public enum DType {
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    BOOL(8),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    I64(64),
    U64(64),
    F64(64),
    C64(64);

    private static final Map<String, DType> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final int bits;

    DType(int bits) {
        this.bits = bits;
    }

    /** The type of that name in a header; null if there is none. */
    static @Nullable DType named(String name) {
        return BY_NAME.get(name);
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
    }

    /** Whether its values can be converted to float32 here. */
    public boolean readable() {
        return this == F32 || this == F16 || this == BF16;
    }
}

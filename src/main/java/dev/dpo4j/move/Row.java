package dev.dpo4j.move;

import dev.dpo4j.digest.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row's values in the order of its table's columns, in the one form for each kind that both drivers' values are brought to.
 *
 * @param values strings, longs, doubles, booleans, times in UTC, byte arrays, and nulls
 */
record Row(List<@Nullable Object> values) {

    private static final byte[] NULL = {0};
    private static final byte[] PRESENT = {1};

    /** The row a result stands at. */
    static Row of(ResultSet result, Table table) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            values.add(uniform(result.getObject(i + 1)));
        }
        return new Row(values);
    }

    /** Sets a statement's parameters to the values. */
    void bind(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
    }

    /** SHA-256 over all values. */
    byte[] sha256() {
        MessageDigest digest = Sha256.digest();
        for (Object value : values) {
            if (value == null) {
                digest.update(NULL);
            } else {
                byte[] bytes =
                        value instanceof byte[] array ? array : value.toString().getBytes(StandardCharsets.UTF_8);
                digest.update(PRESENT);
                digest.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                digest.update(bytes);
            }
        }
        return digest.digest();
    }

    private static @Nullable Object uniform(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean bit -> bit;
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Long number -> number;
            case Double number -> number;
            case Timestamp time -> time.toInstant().atOffset(ZoneOffset.UTC);
            case OffsetDateTime time -> time.withOffsetSameInstant(ZoneOffset.UTC);
            case byte[] bytes -> bytes;
            default -> throw new IllegalStateException("It is not known how to carry a " + value.getClass());
        };
    }
}

package dev.dpo4j.api;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * A limit whose absence and whose null mean different things: the default, and none.
 *
 * @param tokens the limit; null: none
 */
@JsonDeserialize(using = MaxLength.Reader.class)
record MaxLength(@Nullable Integer tokens) {

    /** Tells an absent field from one that is null. */
    static final class Reader extends ValueDeserializer<MaxLength> {

        @Override
        public MaxLength deserialize(JsonParser parser, DeserializationContext context) {
            return new MaxLength(context.readValue(parser, Integer.class));
        }

        @Override
        public Object getNullValue(DeserializationContext context) {
            return new MaxLength(null);
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }
}

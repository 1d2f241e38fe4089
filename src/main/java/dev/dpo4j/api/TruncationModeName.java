package dev.dpo4j.api;

import dev.dpo4j.dataset.TruncationMode;
import java.util.Locale;

/** {@link TruncationMode} on the wire. */
enum TruncationModeName {
    keep_start,
    keep_prompt_end,
    drop,
    error;

    TruncationMode mode() {
        return TruncationMode.valueOf(name().toUpperCase(Locale.ROOT));
    }

    static TruncationModeName of(TruncationMode mode) {
        return valueOf(mode.name().toLowerCase(Locale.ROOT));
    }
}

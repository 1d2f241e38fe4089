package dev.dpo4j.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What TRL names otherwise than this API. */
final class TrlNames {

    private static final Map<String, String> FIELDS = Map.of(
            "num_train_epochs", "n_epochs",
            "per_device_train_batch_size", "batch_size",
            "per_device_eval_batch_size", "batch_size",
            "peft_config", "lora");

    private static final Map<String, String> VALUES = Map.of("keep_end", "keep_prompt_end");

    private TrlNames() {}

    /** A sentence, to go behind a message, that names the field to take instead; empty: there is none. */
    static String insteadOfField(String name) {
        return instead(FIELDS.get(name), name);
    }

    /** Likewise of an option's value. */
    static String insteadOfValue(@Nullable Object value) {
        String name = String.valueOf(value);
        return instead(VALUES.get(name), name);
    }

    private static String instead(@Nullable String here, String name) {
        return here == null ? "" : " What TRL calls " + name + " is " + here + " here.";
    }
}

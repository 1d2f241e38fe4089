package dev.dpo4j.job;

import dev.dpo4j.dataset.Content;
import dev.dpo4j.dataset.PreferenceExample;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;

/** Numbers preferences by their prompts, from 0: two with the same prompt, in the same form, have the same number. */
final class PromptGroups {

    private final Map<Object, Integer> numbers = new HashMap<>();

    int of(PreferenceExample example) {
        return numbers.computeIfAbsent(key(example.prompt()), prompt -> numbers.size());
    }

    /** The prompt without the place in the row it came from. */
    private static Object key(Content prompt) {
        return switch (prompt) {
            case Content.TokenIds ids -> IntBuffer.wrap(ids.ids()); // compares what is in it
            case Content.Text text -> text.text();
            case Content.Messages messages -> messages.messages();
        };
    }
}

package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A preference as it was sent, whatever its shape: all parts are of one kind, ids, text or messages.
 *
 * @param id the sender's own name for it
 * @param prompt what is answered
 * @param chosen the preferred answer
 * @param rejected the other answers, at least one
 * @param weight as how many preferences it counts, 0 or more
 */
public record PreferenceExample(
        @Nullable String id, Content prompt, Content chosen, List<Content> rejected, double weight) {

    public PreferenceExample {
        rejected = List.copyOf(rejected);
        if (rejected.isEmpty()) {
            throw new IllegalArgumentException("a preference needs a rejected answer");
        }
    }

    /** One that counts as one. */
    PreferenceExample(@Nullable String id, Content prompt, Content chosen, List<Content> rejected) {
        this(id, prompt, chosen, rejected, 1);
    }

    PreferenceExample withWeight(double other) {
        return new PreferenceExample(id, prompt, chosen, rejected, other);
    }

    /** The chosen answer, then the rejected ones. */
    public List<Content> answers() {
        List<Content> answers = new ArrayList<>(List.of(chosen));
        answers.addAll(rejected);
        return List.copyOf(answers);
    }
}

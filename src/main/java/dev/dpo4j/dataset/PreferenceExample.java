package dev.dpo4j.dataset;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A preference or a labelled answer as it was sent, whatever its shape: all parts are of one kind, ids, text or messages.
 *
 * @param id the sender's own name for it
 * @param prompt what is answered
 * @param chosen the preferred answer; the labelled one
 * @param rejected the other answers, at least one; none beside a labelled one
 * @param weight as how many preferences it counts, 0 or more
 * @param label what is thought of a labelled answer; null: it is a preference
 */
public record PreferenceExample(
        @Nullable String id,
        Content prompt,
        Content chosen,
        List<Content> rejected,
        double weight,
        @Nullable Label label) {

    public PreferenceExample {
        rejected = List.copyOf(rejected);
        if (rejected.isEmpty() && label == null) {
            throw new IllegalArgumentException("a preference needs a rejected answer");
        }
        if (!rejected.isEmpty() && label != null) {
            throw new IllegalArgumentException("a labelled answer stands alone");
        }
    }

    /** A preference that counts as one. */
    public PreferenceExample(@Nullable String id, Content prompt, Content chosen, List<Content> rejected) {
        this(id, prompt, chosen, rejected, 1, null);
    }

    PreferenceExample withWeight(double other) {
        return new PreferenceExample(id, prompt, chosen, rejected, other, label);
    }

    /** The chosen answer, then the rejected ones; or the labelled one. */
    public List<Content> answers() {
        List<Content> answers = new ArrayList<>(List.of(chosen));
        answers.addAll(rejected);
        return List.copyOf(answers);
    }

    /** Each answer with a label of its own: the chosen one good, the rejected ones bad. */
    List<PreferenceExample> labelled() {
        if (label != null) {
            return List.of(this);
        }
        List<PreferenceExample> labelled = new ArrayList<>(List.of(labelled(chosen, Label.GOOD)));
        rejected.forEach(answer -> labelled.add(labelled(answer, Label.BAD)));
        return labelled;
    }

    private PreferenceExample labelled(Content answer, Label given) {
        return new PreferenceExample(id, prompt, answer, List.of(), weight, given);
    }
}

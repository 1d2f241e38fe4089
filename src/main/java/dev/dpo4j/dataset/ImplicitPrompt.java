package dev.dpo4j.dataset;

import dev.dpo4j.dataset.Content.Messages;
import dev.dpo4j.dataset.Content.Text;
import dev.dpo4j.tokenizer.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The prompt of rows whose answers repeat it: what all answers begin with. As TRL's {@code extract_prompt}, without its
 * faults: where one answer is the beginning of another the prompt ends a whole message or word earlier, not one
 * character, and it never reaches past an answer.
 */
final class ImplicitPrompt {

    private ImplicitPrompt() {}

    static PreferenceExample split(@Nullable String id, Content chosen, List<Content> rejected) {
        for (Content answer : rejected) {
            if (sameContent(answer, chosen)) {
                throw new InvalidRowException(
                        answer.pointer(),
                        "is the same as the chosen answer, so there is no telling the prompt from the answers");
            }
        }
        return switch (chosen) {
            case Text text -> splitText(id, text, rejected);
            case Messages messages -> splitMessages(id, messages, rejected);
            case Content.TokenIds ids ->
                throw new InvalidRowException(
                        "/prompt", "is missing: token ids need the prompt in a member of its own");
        };
    }

    private static boolean sameContent(Content answer, Content chosen) {
        return switch (answer) {
            case Text text -> chosen instanceof Text other && text.text().equals(other.text());
            case Messages messages ->
                chosen instanceof Messages other && messages.messages().equals(other.messages());
            case Content.TokenIds ids -> false;
        };
    }

    private static PreferenceExample splitText(@Nullable String id, Text chosen, List<Content> rejected) {
        String first = chosen.text();
        List<String> others =
                rejected.stream().map(answer -> ((Text) answer).text()).toList();
        int length = others.stream()
                .mapToInt(other -> commonPrefix(first, other))
                .min()
                .orElse(0);
        int shortest = others.stream().mapToInt(String::length).min().orElse(0);
        if (length == Math.min(first.length(), shortest)) {
            length = lastWordStart(first, length);
        }
        // the space before an answer belongs to it: most tokenizers begin words with it
        if (length > 0 && first.charAt(length - 1) == ' ') {
            length--;
        }
        int end = length;
        return new PreferenceExample(
                id,
                new Text(first.substring(0, end), chosen.pointer()),
                new Text(first.substring(end), chosen.pointer()),
                rejected.stream()
                        .<Content>map(answer -> new Text(((Text) answer).text().substring(end), answer.pointer()))
                        .toList());
    }

    /** Where the last word of the first {@code length} characters starts. */
    private static int lastWordStart(String text, int length) {
        int start = length - 1;
        while (start > 0 && text.charAt(start) != ' ' && !Character.isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        return Math.max(start, 0);
    }

    private static int commonPrefix(String first, String second) {
        int length = 0;
        while (length < Math.min(first.length(), second.length()) && first.charAt(length) == second.charAt(length)) {
            length++;
        }
        boolean insideCharacter = length > 0
                && length < first.length()
                && Character.isHighSurrogate(first.charAt(length - 1))
                && Character.isLowSurrogate(first.charAt(length));
        return insideCharacter ? length - 1 : length;
    }

    private static PreferenceExample splitMessages(@Nullable String id, Messages chosen, List<Content> rejected) {
        int end = sharedMessages(chosen, rejected);
        if (end == 0) {
            throw new InvalidRowException(
                    chosen.pointer(),
                    "chosen and rejected begin with no message in common: give the prompt in a member of its own");
        }
        return new PreferenceExample(
                id,
                new Messages(chosen.messages().subList(0, end), chosen.pointer()),
                rest(chosen, end),
                rejected.stream()
                        .<Content>map(answer -> rest((Messages) answer, end))
                        .toList());
    }

    /** How many messages all answers begin with, at least one message being left to each. */
    static int sharedMessages(Messages chosen, List<Content> rejected) {
        int length = chosen.messages().size() - 1;
        for (Content answer : rejected) {
            List<ChatMessage> other = ((Messages) answer).messages();
            length = Math.min(length, other.size() - 1);
            int same = 0;
            while (same < length && other.get(same).equals(chosen.messages().get(same))) {
                same++;
            }
            length = same;
        }
        return length;
    }

    private static Content rest(Messages answer, int from) {
        return new Messages(answer.messages().subList(from, answer.messages().size()), answer.pointer());
    }
}
